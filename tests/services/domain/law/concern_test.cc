#include "services/domain/law/concern.h"

#include <gtest/gtest.h>

#include <map>

namespace liggare::domain {
namespace {

constexpr char kNode[] = "se/17/varmland";

class ConcernTest : public ::testing::Test {
 protected:
  bool Concerns(std::string_view subject, std::string_view node = kNode) {
    const auto concerns = domain::Concerns(node, subject, [this](std::string_view brist) {
      ++asked_;
      const auto found = members_.find(brist);
      return absl::StatusOr<std::vector<std::string>>(
          found == members_.end() ? std::vector<std::string>() : found->second);
    });
    EXPECT_TRUE(concerns.ok());
    return *concerns;
  }

  std::map<std::string, std::vector<std::string>, std::less<>> members_;
  int asked_ = 0;
};

TEST_F(ConcernTest, ANodeIsShownWhatIsAboutItselfAndThoseBelow) {
  for (const char* subject :
       {"verksamhet/se/17/varmland", "rapport/2024/se/17/varmland", "brist/se/17/varmland/3",
        "exempel/se/17/varmland/1", "rapport/2024/se/17/varmland/arvika"}) {
    EXPECT_TRUE(Concerns(subject)) << subject;
  }
}

TEST_F(ConcernTest, AndNothingOfOthers) {
  for (const char* subject :
       {"verksamhet/se/17/karlstad", "rapport/2024/se/17/karlstad", "rapport/2024/se/17/varmland2",
        "brist/se/17/karlstad/3", "exempel/se/17/karlstad/1", "bidrag/2024/1780",
        "ansokan/2024/1780", "aterkrav/2024/1780/1", "rekvisition/2024/17", "lansrapport/2024/17",
        "node/se/17/varmland", "node/se/17", "tabell/2024/klienter", "nonsens"}) {
    EXPECT_FALSE(Concerns(subject)) << subject;
  }
}

TEST_F(ConcernTest, WhatNodesAboveShareAndTheYearsAnslagConcernAll) {
  EXPECT_TRUE(Concerns("exempel/se/17/1"));
  EXPECT_TRUE(Concerns("exempel/se/4"));
  EXPECT_FALSE(Concerns("exempel/se/01/1"));
  EXPECT_TRUE(Concerns("anslag/2024"));
}

TEST_F(ConcernTest, ABristOfANodeAboveConcernsThoseWhoseBristerAreGroupedUnderIt) {
  EXPECT_FALSE(Concerns("brist/se/17/3"));
  members_["brist/se/17/3"] = {"brist/se/17/karlstad/1"};
  EXPECT_FALSE(Concerns("brist/se/17/3"));
  members_["brist/se/17/3"].push_back("brist/se/17/varmland/1");
  EXPECT_TRUE(Concerns("brist/se/17/3"));
  // Groups of groups.
  members_["brist/se/5"] = {"brist/se/01/1", "brist/se/17/3"};
  EXPECT_TRUE(Concerns("brist/se/5"));
  EXPECT_FALSE(Concerns("brist/se/5", "se/01/stockholm"));
  // Of a node that is not above, nothing is even looked up.
  asked_ = 0;
  EXPECT_FALSE(Concerns("brist/se/01/1"));
  EXPECT_EQ(asked_, 0);
}

TEST_F(ConcernTest, GroupsThatHoldEachOtherComeToAnEnd) {
  members_["brist/se/17/1"] = {"brist/se/17/2"};
  members_["brist/se/17/2"] = {"brist/se/17/1"};
  EXPECT_FALSE(Concerns("brist/se/17/1"));
}

v1::EventData GroupedWith(const std::string& member) {
  v1::EventData event;
  event.mutable_brist_grouped()->set_brist(member);
  return event;
}

TEST(NamesOthersTest, BristOfAnotherVerksamhetIsOthers) {
  EXPECT_TRUE(NamesOthers(kNode, GroupedWith("brist/se/17/karlstad/1")));
  EXPECT_TRUE(NamesOthers(kNode, GroupedWith("brist/se/01/1")));
  EXPECT_TRUE(NamesOthers(kNode, GroupedWith("no subject")));
  EXPECT_FALSE(NamesOthers(kNode, GroupedWith("brist/se/17/varmland/1")));
  EXPECT_FALSE(NamesOthers(kNode, GroupedWith("brist/se/17/varmland/norr/1")));
  EXPECT_FALSE(NamesOthers(kNode, GroupedWith("brist/se/17/4")));
}

TEST(NamesOthersTest, SoIsACaseOfAterkravAndAPathWithSuchAKey) {
  v1::EventData returned;
  returned.mutable_money_returned()->set_amount_ore(1);
  EXPECT_FALSE(NamesOthers(kNode, returned));
  returned.mutable_money_returned()->set_aterkrav("aterkrav/2024/1780/1");
  EXPECT_TRUE(NamesOthers(kNode, returned));
  v1::EventData settled;
  settled.mutable_conflict_resolved()->set_path("medlemmar[brist/se/17/karlstad/1].ingar");
  EXPECT_TRUE(NamesOthers(kNode, settled));
  settled.mutable_conflict_resolved()->set_path("medlemmar[brist/se/17/varmland/1].ingar");
  EXPECT_FALSE(NamesOthers(kNode, settled));
  settled.mutable_conflict_resolved()->set_path("klienter[man][18-29].antal");
  EXPECT_FALSE(NamesOthers(kNode, settled));
}

}  // namespace
}  // namespace liggare::domain
