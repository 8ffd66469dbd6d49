#include "services/state/state_reader.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "eventstore/log/bytes/commitment.h"
#include "services/domain/state/state_proto.h"
#include "tests/services/state/replay.h"
#include "tests/services/state/report_events.h"
#include "tests/services/state/test_node.h"
#include "tests/testing/seed.h"

namespace liggare::state {
namespace {

using testing::Corrected;
using testing::kKvinnor;
using testing::kMan;
using testing::kVarmland;
using testing::kVarmlandRapport;
using testing::ManualClock;
using testing::Registered;
using testing::Submitted;
using testing::TestNode;

std::string TextOf(const domain::State& state) { return domain::ToProto(state).DebugString(); }

class StateReaderTest : public ::testing::Test {
 protected:
  std::shared_ptr<const domain::State> StateAt(TestNode& node) {
    const auto state = node.states().StateOf(kVarmlandRapport);
    EXPECT_TRUE(state.ok()) << state.status();
    return *state;
  }

  ManualClock clock_;
  TestNode nation_{"se", clock_};
  TestNode county_{"se/17", clock_};
  TestNode varmland_{std::string(kVarmland), clock_};
};

TEST_F(StateReaderTest, SubjectWithoutEntriesHasAnEmptyState) {
  const auto state = StateAt(varmland_);
  EXPECT_TRUE(state->empty);
  EXPECT_EQ(state->subject, kVarmlandRapport);
}

TEST_F(StateReaderTest, NewEntryIsSeenAndAnEarlierAnswerStaysAsItWas) {
  varmland_.Record(Submitted(kVarmlandRapport, 10, 20));
  const auto before = StateAt(varmland_);
  const std::string text_before = TextOf(*before);
  varmland_.Record(Corrected(kVarmlandRapport, kKvinnor, 11));
  EXPECT_EQ(StateAt(varmland_)->Number(kKvinnor), 11);
  EXPECT_EQ(before->Number(kKvinnor), 10);
  EXPECT_EQ(TextOf(*before), text_before);
}

TEST_F(StateReaderTest, UnchangedSubjectIsNotFoldedAgain) {
  varmland_.Record(Submitted(kVarmlandRapport, 10, 20));
  const auto before = StateAt(varmland_);
  varmland_.Record(Registered(kVarmland));
  EXPECT_EQ(StateAt(varmland_).get(), before.get());
}

TEST_F(StateReaderTest, EntryThatSortsEarlierIsFoldedInItsPlace) {
  varmland_.Record(Submitted(kVarmlandRapport, 10, 20));
  county_.Receive(varmland_, varmland_.log().own_log());
  clock_.now_ms += 1000;
  varmland_.Record(Corrected(kVarmlandRapport, kKvinnor, 11));
  clock_.now_ms += 1000;
  county_.Record(Corrected(kVarmlandRapport, kKvinnor, 12));
  ASSERT_EQ(StateAt(county_)->Number(kKvinnor), 12);
  county_.Receive(varmland_, varmland_.log().own_log());
  const auto state = StateAt(county_);
  EXPECT_EQ(state->Number(kKvinnor), 12);
  ASSERT_EQ(state->conflicts.size(), 1u);
  EXPECT_EQ(state->conflicts[0].overridden, domain::FieldValue(int64_t{11}));
}

TEST_F(StateReaderTest, EntryWaitsForItsBasisAndFoldsWhenItComes) {
  varmland_.Record(Submitted(kVarmlandRapport, 10, 20));
  county_.Receive(varmland_, varmland_.log().own_log());
  county_.Record(Corrected(kVarmlandRapport, kKvinnor, 12));
  nation_.Receive(county_, county_.log().own_log());
  const auto waiting = StateAt(nation_);
  ASSERT_EQ(waiting->awaiting.size(), 1u);
  EXPECT_EQ(waiting->awaiting[0].log, varmland_.log().own_log());
  EXPECT_EQ(waiting->event_count, 0u);
  nation_.Receive(county_, varmland_.log().own_log());
  const auto state = StateAt(nation_);
  EXPECT_TRUE(state->awaiting.empty());
  EXPECT_EQ(state->Number(kKvinnor), 12);
}

// A basis may name any entry, though an honest node names one of the subject.
TEST_F(StateReaderTest, BasisOfAnotherSubjectIsAwaitedAsWell) {
  const std::string varmland_log = varmland_.log().own_log();
  varmland_.Record(Submitted(kVarmlandRapport, 10, 20));
  varmland_.Record(Registered(kVarmland));
  county_.ClaimBasis({{.log = varmland_log, .index = 1}});
  county_.Record(Corrected(kVarmlandRapport, kKvinnor, 12));
  nation_.Receive(county_, county_.log().own_log());
  nation_.Receive(varmland_, varmland_log, 1);
  StateReader::View before = nation_.states().Now();
  ASSERT_EQ(StateAt(nation_)->awaiting.size(), 1u);
  nation_.Receive(varmland_, varmland_log, 2);
  const auto state = StateAt(nation_);
  EXPECT_TRUE(state->awaiting.empty());
  EXPECT_EQ(state->Number(kKvinnor), 12);
  EXPECT_EQ((*before.StateOf(kVarmlandRapport))->awaiting.size(), 1u);
  EXPECT_EQ((*before.StateOf(kVarmlandRapport))->Number(kKvinnor), 10);
}

TEST_F(StateReaderTest, EntryThatIsNoEventDataIsDisregardedAndHidesNothing) {
  varmland_.Record(Submitted(kVarmlandRapport, 10, 20));
  v1::EntryData header;
  header.set_event_id(testing::NextEventId());
  header.set_subject(std::string(kVarmlandRapport));
  // An actor (3) whose id (1) is not UTF-8, and an empty payload 240.
  const std::string bad_actor("\x1a\x03\x0a\x01\xff\x82\x0f\x00", 8);
  varmland_.RecordBytes(header.SerializeAsString() + bad_actor);
  const auto state = StateAt(varmland_);
  EXPECT_EQ(state->Number(kKvinnor), 10);
  ASSERT_EQ(state->disregarded.size(), 1u);
  EXPECT_EQ(state->positions.at(varmland_.log().own_log()), 1u);
}

TEST_F(StateReaderTest, ViewOfNowStaysAtItsFrontier) {
  varmland_.Record(Submitted(kVarmlandRapport, 10, 20));
  StateReader::View view = varmland_.states().Now();
  varmland_.Record(Corrected(kVarmlandRapport, kKvinnor, 11));
  varmland_.Record(Registered(kVarmland));
  EXPECT_EQ(StateAt(varmland_)->Number(kKvinnor), 11);  // The cache goes ahead.
  EXPECT_EQ((*view.StateOf(kVarmlandRapport))->Number(kKvinnor), 10);
  EXPECT_EQ(*view.ListSubjects(""), std::vector<std::string>{std::string(kVarmlandRapport)});
  EXPECT_EQ(varmland_.states().ListSubjects("verksamhet/")->size(), 1u);
}

TEST_F(StateReaderTest, MomentThatTheStateServedStaysAsItWasWhenTheStateGrows) {
  varmland_.Record(Submitted(kVarmlandRapport, 10, 20));
  v1::Moment moment;
  moment.set_known_by(varmland_.path());
  moment.set_at_index(varmland_.own_size());
  const auto at_moment = [&] {
    auto view = varmland_.states().At(moment);
    EXPECT_TRUE(view.ok()) << view.status();
    return (*view->StateOf(kVarmlandRapport))->Number(kKvinnor);
  };
  varmland_.Record(Registered(kVarmland));  // Now is later, with the same report.
  EXPECT_EQ(StateAt(varmland_)->Number(kKvinnor), 10);
  EXPECT_EQ(at_moment(), 10);
  varmland_.Record(Corrected(kVarmlandRapport, kKvinnor, 11));
  EXPECT_EQ(StateAt(varmland_)->Number(kKvinnor), 11);
  EXPECT_EQ(at_moment(), 10);
}

TEST_F(StateReaderTest, ListSubjectsGivesThoseWithThePrefixInByteOrder) {
  varmland_.Record(Registered(kVarmland));
  varmland_.Record(Submitted("rapport/2024/se/17/varmland", 1, 1));
  varmland_.Record(Submitted("rapport/2023/se/17/varmland", 1, 1));
  const std::vector<std::string> expected = {"rapport/2023/se/17/varmland",
                                             "rapport/2024/se/17/varmland"};
  EXPECT_EQ(*varmland_.states().ListSubjects("rapport/"), expected);
  EXPECT_TRUE(varmland_.states().ListSubjects("bidrag/")->empty());
}

TEST_F(StateReaderTest, HistoryLeadsToTheStateAndShowsReasonsThatAreHeld) {
  varmland_.Record(Submitted(kVarmlandRapport, 10, 20));
  v1::EventData correction = Corrected(kVarmlandRapport, kKvinnor, 12);
  const std::string salt(32, 's');
  const std::string words = "räknefel i blanketten";
  const std::string commitment = log::CommitmentOf(salt, words);
  correction.mutable_reason()->set_commitment(commitment);
  varmland_.Record(correction, {{.commitment = commitment, .salt = salt, .text = words}});

  const auto changes = varmland_.states().Now().HistoryOf(kVarmlandRapport, "");
  ASSERT_TRUE(changes.ok()) << changes.status();
  std::map<std::string, std::string> values;
  for (const v1::Change& change : *changes) values[change.path()] = change.new_().DebugString();
  const v1::State state = domain::ToProto(*StateAt(varmland_));
  ASSERT_EQ(static_cast<int>(values.size()), state.fields_size());
  for (const v1::StateField& field : state.fields()) {
    EXPECT_EQ(values[field.path()], field.value().DebugString()) << field.path();
  }
  EXPECT_EQ(changes->back().reason(), words);
  EXPECT_EQ(changes->back().old().number(), 10);
  EXPECT_EQ(changes->front().reason(), "");

  const auto of_one = varmland_.states().Now().HistoryOf(kVarmlandRapport, kKvinnor);
  EXPECT_EQ(of_one->size(), 2u);
}

TEST_F(StateReaderTest, HistoryShowsThatAReasonWasErasedAndWhy) {
  varmland_.Record(Submitted(kVarmlandRapport, 10, 20));
  v1::EventData correction = Corrected(kVarmlandRapport, kKvinnor, 12);
  const std::string salt(32, 's');
  const std::string commitment = log::CommitmentOf(salt, "Åsa ringde");
  correction.mutable_reason()->set_commitment(commitment);
  varmland_.Record(correction, {{.commitment = commitment, .salt = salt, .text = "Åsa ringde"}});
  v1::EventData erasure;
  erasure.set_subject(std::string(kVarmlandRapport));
  erasure.mutable_redacted()->set_grund("gallringsbeslut");
  v1::RedactedText& text = *erasure.mutable_redacted()->add_texter();
  text.set_commitment(commitment);
  text.set_falt("reason");
  varmland_.Record(erasure);
  const auto changes = varmland_.states().Now().HistoryOf(kVarmlandRapport, kKvinnor);
  ASSERT_TRUE(changes.ok()) << changes.status();
  EXPECT_EQ(changes->back().reason(), "(gallrad 2023-11-14 enligt gallringsbeslut)");
}

TEST_F(StateReaderTest, LittleRoomGivesTheSameAnswers) {
  StateReader cramped(varmland_.log(), {.kept_weight_max = 1});
  for (int year = 2020; year < 2030; ++year) {
    const std::string subject = "rapport/" + std::to_string(year) + "/se/17/varmland";
    varmland_.Record(Submitted(subject, year, 1));
    for (int back = 2020; back <= year; ++back) {
      const std::string earlier = "rapport/" + std::to_string(back) + "/se/17/varmland";
      EXPECT_EQ((*cramped.StateOf(earlier))->Number(kKvinnor), back);
    }
  }
}

TEST_F(StateReaderTest, ReadersSeeStatesGrowWhileEntriesCome) {
  constexpr uint64_t kEntries = 200;
  varmland_.Record(Submitted(kVarmlandRapport, 0, 0));
  std::atomic<bool> torn = false;
  const auto read = [&] {
    for (uint64_t seen = 1; seen < kEntries;) {
      const auto state = varmland_.states().StateOf(kVarmlandRapport);
      if (!state.ok() || (*state)->event_count < seen ||
          (*state)->Number(kKvinnor) != static_cast<int64_t>((*state)->event_count) - 1) {
        torn = true;
        return;
      }
      seen = (*state)->event_count;
    }
  };
  std::thread first(read);
  std::thread second(read);
  for (uint64_t i = 1; i < kEntries; ++i) {
    varmland_.Record(Corrected(kVarmlandRapport, kKvinnor, static_cast<int64_t>(i)));
  }
  first.join();
  second.join();
  EXPECT_FALSE(torn);
}

// Three nodes write about one report, now and then copy each other's logs, in
// any order and by pieces; states and moments are compared with a replay.
class RandomHistory {
 public:
  explicit RandomHistory(uint32_t seed) : random_(seed) {}

  void Run(int step_count) {
    for (int step = 0; step < step_count; ++step) {
      TestNode& node = *nodes_[Pick(nodes_.size())];
      clock_.now_ms += static_cast<int64_t>(Pick(2));
      if (Pick(3) == 0) {
        Write(node);
      } else {
        Copy();
      }
      CheckNow();
    }
    CopyEverythingUp();
    CheckNow();
    for (const Past& past : past_) CheckMoment(past);
    for (int i = 0; i < 20; ++i) CheckMomentWhileTheLogGrows();
  }

 private:
  // What a node's state was when its own log had that size.
  struct Past {
    std::string node;
    uint64_t own_size;
    std::string text;
  };

  size_t Pick(size_t count) { return std::uniform_int_distribution<size_t>(0, count - 1)(random_); }

  void Write(TestNode& node) {
    if (&node == &varmland_ && Pick(3) == 0) {
      node.Record(Submitted(kVarmlandRapport, Number(), Number()));
    } else {
      node.Record(Corrected(kVarmlandRapport, Pick(2) == 0 ? kKvinnor : kMan, Number()));
    }
  }
  int64_t Number() { return static_cast<int64_t>(Pick(5)); }

  void Copy() {
    switch (Pick(4)) {
      case 0:
        return CopySome(county_, varmland_, varmland_.log().own_log());
      case 1:
        return CopySome(nation_, county_, county_.log().own_log());
      case 2:
        return CopySome(nation_, county_, varmland_.log().own_log());
      default:
        return CopySome(county_, nation_, nation_.log().own_log());
    }
  }
  void CopySome(TestNode& to, TestNode& from, const std::string& log) {
    const auto held = from.log().Find(log);
    if (!held || held->size == 0) return;
    to.Receive(from, log, 1 + Pick(held->size));
  }
  void CopyEverythingUp() {
    county_.Receive(varmland_, varmland_.log().own_log());
    nation_.Receive(county_, varmland_.log().own_log());
    nation_.Receive(county_, county_.log().own_log());
  }

  void CheckNow() {
    for (TestNode* node : nodes_) {
      const auto state = node->states().StateOf(kVarmlandRapport);
      ASSERT_TRUE(state.ok()) << state.status();
      const std::string expected =
          TextOf(testing::Replay(node->log(), kVarmlandRapport, FrontierNow(node->log())));
      ASSERT_EQ(TextOf(**state), expected) << "at " << node->path();
      if (Pick(2) == 0) kept_.push_back({*state, expected});
      past_.push_back({node->path(), node->own_size(), expected});
    }
    if (kept_.size() > 20) kept_.erase(kept_.begin());
    for (const auto& [state, text] : kept_) ASSERT_EQ(TextOf(*state), text);
  }

  // The nation holds every log, so it can say what each node knew at each point.
  void CheckMoment(const Past& past) {
    v1::Moment moment;
    moment.set_known_by(past.node);
    moment.set_at_index(past.own_size);
    auto view = nation_.states().At(moment);
    ASSERT_TRUE(view.ok()) << view.status();
    const auto state = view->StateOf(kVarmlandRapport);
    ASSERT_TRUE(state.ok()) << state.status();
    ASSERT_EQ(TextOf(**state), past.text) << past.node << " at " << past.own_size;
  }

  // What is kept of a moment serves when it is asked for again, and is not mistaken for
  // what came after.
  void CheckMomentWhileTheLogGrows() {
    const Past past = past_[Pick(past_.size())];
    CheckMoment(past);
    CheckMoment(past);
    if (Pick(2) == 0) Write(*nodes_[Pick(nodes_.size())]);
    CopyEverythingUp();
    if (Pick(2) == 0) CheckMoment(past);
    CheckNow();
    CheckMoment(past);
  }

  std::mt19937 random_;
  ManualClock clock_;
  TestNode nation_{"se", clock_};
  TestNode county_{"se/17", clock_};
  TestNode varmland_{std::string(kVarmland), clock_};
  std::vector<TestNode*> nodes_ = {&nation_, &county_, &varmland_};
  std::vector<std::pair<std::shared_ptr<const domain::State>, std::string>> kept_;
  std::vector<Past> past_;
};

TEST(StateReaderRandomTest, StatesAndMomentsEqualAReplayFromZero) {
  for (const uint32_t seed : testing::TestSeeds()) {
    SCOPED_TRACE(testing::HowToRepeat(seed));
    for (uint32_t history = 0; history < 3; ++history) {
      RandomHistory(seed + history).Run(60);
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace liggare::state
