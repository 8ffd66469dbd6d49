#include <gtest/gtest.h>

#include <string>

#include "proto/error/error.h"
#include "services/state/frontier_at.h"
#include "services/state/state_reader.h"
#include "tests/services/state/report_events.h"
#include "tests/services/state/test_node.h"

namespace liggare::state {
namespace {

using testing::Corrected;
using testing::kKvinnor;
using testing::kVarmland;
using testing::kVarmlandRapport;
using testing::ManualClock;
using testing::Submitted;
using testing::TestNode;

v1::Moment MomentOf(const std::string& node, uint64_t index) {
  v1::Moment moment;
  moment.set_known_by(node);
  moment.set_at_index(index);
  return moment;
}

v1::ErrorCode CodeOf(const absl::Status& status) { return ErrorOf(status).code(); }

class MomentTest : public ::testing::Test {
 protected:
  ManualClock clock_;
  TestNode nation_{"se", clock_};
  TestNode county_{"se/17", clock_};
  TestNode varmland_{std::string(kVarmland), clock_};
  const std::string varmland_log_ = varmland_.log().own_log();
  const std::string county_log_ = county_.log().own_log();
};

TEST_F(MomentTest, NodeKnewOfAnotherLogWhatItsLastReceivedSays) {
  varmland_.Record(Submitted(kVarmlandRapport, 10, 20));
  county_.Receive(varmland_, varmland_log_);  // Index 0 of the county's log.
  varmland_.Record(Corrected(kVarmlandRapport, kKvinnor, 11));
  county_.Receive(varmland_, varmland_log_);  // Index 1.
  ASSERT_EQ(county_.own_size(), 2u);

  EXPECT_EQ(FrontierAt(county_.log(), {.node = "se/17", .at_index = 0})->SizeOf(varmland_log_), 0u);
  EXPECT_EQ(FrontierAt(county_.log(), {.node = "se/17", .at_index = 1})->SizeOf(varmland_log_), 1u);
  EXPECT_EQ(FrontierAt(county_.log(), {.node = "se/17", .at_index = 2})->SizeOf(varmland_log_), 2u);
}

TEST_F(MomentTest, NationReadsTheCountysKnowledgeFromTheCountysLog) {
  varmland_.Record(Submitted(kVarmlandRapport, 10, 20));
  county_.Receive(varmland_, varmland_log_);
  const uint64_t decided_at = county_.own_size();
  varmland_.Record(Corrected(kVarmlandRapport, kKvinnor, 11));
  county_.Receive(varmland_, varmland_log_);
  nation_.Receive(county_, varmland_log_);
  nation_.Receive(county_, county_log_);

  EXPECT_EQ((*nation_.states().StateOf(kVarmlandRapport))->Number(kKvinnor), 11);
  auto then = nation_.states().At(MomentOf("se/17", decided_at));
  ASSERT_TRUE(then.ok()) << then.status();
  EXPECT_EQ((*then->StateOf(kVarmlandRapport))->Number(kKvinnor), 10);
  auto before = nation_.states().At(MomentOf("se/17", 0));
  EXPECT_TRUE((*before->StateOf(kVarmlandRapport))->empty);
  EXPECT_TRUE(before->ListSubjects("rapport/")->empty());
  EXPECT_EQ(then->HistoryOf(kVarmlandRapport, kKvinnor)->size(), 1u);
}

// Neither moment covers the other: what was folded for one is of no use for the
// other, nor for now.
TEST_F(MomentTest, MomentsOfDifferentNodesDoNotMix) {
  varmland_.Record(Submitted(kVarmlandRapport, 10, 20));
  county_.Receive(varmland_, varmland_log_);
  varmland_.Record(Corrected(kVarmlandRapport, kKvinnor, 11));
  county_.Record(Corrected(kVarmlandRapport, kKvinnor, 12));
  const uint64_t county_size = county_.own_size();
  county_.Receive(varmland_, varmland_log_);
  nation_.Receive(county_, varmland_log_);
  nation_.Receive(county_, county_log_);

  const auto kvinnor_at = [&](const v1::Moment& moment) {
    auto view = nation_.states().At(moment);
    EXPECT_TRUE(view.ok()) << view.status();
    return (*view->StateOf(kVarmlandRapport))->Number(kKvinnor);
  };
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(kvinnor_at(MomentOf(std::string(kVarmland), 2)), 11);
    EXPECT_EQ(kvinnor_at(MomentOf("se/17", county_size)), 12);
    EXPECT_EQ(kvinnor_at(MomentOf(std::string(kVarmland), 1)), 10);
  }
  EXPECT_EQ((*nation_.states().StateOf(kVarmlandRapport))->conflicts.size(), 1u);
}

TEST_F(MomentTest, EntryOfOneMomentIsNotCountedTwiceNow) {
  varmland_.Record(Submitted(kVarmlandRapport, 10, 20));
  county_.Receive(varmland_, varmland_log_);
  county_.Record(Submitted("rapport/2024/se/17", 1, 1));
  const uint64_t county_size = county_.own_size();
  varmland_.Record(Corrected(kVarmlandRapport, kKvinnor, 11));
  county_.Receive(varmland_, varmland_log_);
  nation_.Receive(county_, varmland_log_);
  nation_.Receive(county_, county_log_);

  for (const v1::Moment& moment :
       {MomentOf("se/17", county_size), MomentOf(std::string(kVarmland), 2)}) {
    auto view = nation_.states().At(moment);
    ASSERT_TRUE(view.ok()) << view.status();
    ASSERT_TRUE(view->StateOf(kVarmlandRapport).ok());
  }
  EXPECT_EQ((*nation_.states().StateOf(kVarmlandRapport))->event_count, 2u);
}

TEST_F(MomentTest, KnowledgeThatHasNotArrivedHereYetIsNotGuessed) {
  varmland_.Record(Submitted(kVarmlandRapport, 10, 20));
  county_.Receive(varmland_, varmland_log_);
  nation_.Receive(county_, county_log_);
  EXPECT_EQ(CodeOf(nation_.states().At(MomentOf("se/17", 1)).status()), v1::ERROR_CODE_UNAVAILABLE);
  EXPECT_TRUE(nation_.states().At(MomentOf("se/17", 0)).ok());
  nation_.Receive(county_, varmland_log_);
  EXPECT_TRUE(nation_.states().At(MomentOf("se/17", 1)).ok());
}

TEST_F(MomentTest, LogsThatNeverComeHereDoNotMatter) {
  TestNode blekinge("se/10", clock_);
  blekinge.Record(Submitted("rapport/2024/se/10", 1, 1));
  nation_.Receive(blekinge, blekinge.log().own_log());
  county_.Receive(nation_, nation_.log().own_log());
  const auto frontier = FrontierAt(county_.log(), {.node = "se", .at_index = 1});
  ASSERT_TRUE(frontier.ok()) << frontier.status();
  EXPECT_EQ(frontier->SizeOf(blekinge.log().own_log()), 0u);
  EXPECT_TRUE(FrontierNow(county_.log()).Covers(*frontier));
}

TEST_F(MomentTest, PointBeyondTheHeldLogIsRefused) {
  const absl::Status status = county_.states().At(MomentOf("se/17", 1)).status();
  EXPECT_EQ(CodeOf(status), v1::ERROR_CODE_INVALID_FIELD);
  EXPECT_EQ(ErrorOf(status).field(), "moment.at_index");
}

TEST_F(MomentTest, NodeWhoseLogIsNotHeldIsNotFound) {
  const absl::Status status = varmland_.states().At(MomentOf("se/17", 0)).status();
  EXPECT_EQ(CodeOf(status), v1::ERROR_CODE_NOT_FOUND);
  EXPECT_NE(ErrorOf(status).expected().find(kVarmland), std::string::npos);
}

// A verksamhet's Received names all of the county's log, of which it was shown a part.
TEST_F(MomentTest, AVerksamhetKnewOfTheLogsAboveWhatConcernedIt) {
  varmland_.Record(Submitted(kVarmlandRapport, 10, 20));
  county_.Receive(varmland_, varmland_log_);
  const std::string other = "rapport/2024/se/17/karlstad";
  county_.Record(Submitted(other, 1, 2));
  county_.Record(Corrected(kVarmlandRapport, kKvinnor, 11));
  varmland_.Receive(county_, county_log_);
  const uint64_t at = varmland_.own_size();
  county_.Record(Corrected(kVarmlandRapport, kKvinnor, 12));
  county_.Receive(varmland_, varmland_log_);
  for (TestNode* node : {&varmland_, &county_}) {
    auto then = node->states().At(MomentOf(std::string(kVarmland), at));
    ASSERT_TRUE(then.ok()) << then.status();
    EXPECT_EQ((*then->StateOf(kVarmlandRapport))->Number(kKvinnor), 11) << node->path();
    EXPECT_EQ(then->HistoryOf(kVarmlandRapport, kKvinnor)->size(), 2u) << node->path();
    EXPECT_TRUE((*then->StateOf(other))->empty) << node->path();
    EXPECT_EQ(*then->ListSubjects("rapport/"),
              (std::vector<std::string>{std::string(kVarmlandRapport)}))
        << node->path();
  }
  // What the county knew can't be told from what the verksamhet was shown.
  const absl::Status status = varmland_.states().At(MomentOf("se/17", 1)).status();
  EXPECT_EQ(CodeOf(status), v1::ERROR_CODE_NOT_FOUND);
}

TEST_F(MomentTest, WithoutANodeTheMomentIsNow) {
  varmland_.Record(Submitted(kVarmlandRapport, 10, 20));
  auto view = varmland_.states().At(v1::Moment());
  ASSERT_TRUE(view.ok());
  EXPECT_EQ((*view->StateOf(kVarmlandRapport))->Number(kKvinnor), 10);
}

}  // namespace
}  // namespace liggare::state
