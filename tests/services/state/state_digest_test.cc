#include "services/state/state_digest.h"

#include <gtest/gtest.h>

#include "tests/services/state/report_events.h"
#include "tests/services/state/test_node.h"

namespace liggare::state {
namespace {

using testing::Corrected;
using testing::kKvinnor;
using testing::kVarmland;
using testing::kVarmlandRapport;
using testing::Registered;
using testing::Submitted;
using testing::TestNode;

class StateDigestTest : public ::testing::Test {
 protected:
  StateDigestTest() {
    varmland_.Record(Registered(kVarmland));
    varmland_.Record(Submitted(kVarmlandRapport, 4, 5));
  }

  testing::ManualClock clock_;
  TestNode varmland_{std::string(kVarmland), clock_};
  TestNode county_{"se/17", clock_};
};

TEST_F(StateDigestTest, TiersThatHoldTheSameHaveTheSameDigest) {
  county_.Receive(varmland_, varmland_.log().own_log());
  for (const std::string scope : {"rapport/", "verksamhet/"}) {
    const auto here = StateDigest(varmland_.states(), scope);
    const auto above = StateDigest(county_.states(), scope);
    ASSERT_TRUE(here.ok() && above.ok());
    EXPECT_EQ(*here, *above) << scope;
  }
}

TEST_F(StateDigestTest, WhatDiffersIsNamed) {
  county_.Receive(varmland_, varmland_.log().own_log());
  varmland_.Record(Corrected(kVarmlandRapport, kKvinnor, 6));
  const auto here = DigestSubjects(varmland_.states(), "");
  const auto above = DigestSubjects(county_.states(), "");
  ASSERT_TRUE(here.ok() && above.ok());
  EXPECT_NE(here->at(std::string(kVarmlandRapport)), above->at(std::string(kVarmlandRapport)));
  EXPECT_EQ(here->at("verksamhet/" + std::string(kVarmland)),
            above->at("verksamhet/" + std::string(kVarmland)));
  EXPECT_NE(RootOf(*here), RootOf(*above));
}

TEST_F(StateDigestTest, TheScopeIsAllThatCounts) {
  const auto before = StateDigest(varmland_.states(), "verksamhet/");
  const auto whole_before = StateDigest(varmland_.states(), "");
  varmland_.Record(Corrected(kVarmlandRapport, kKvinnor, 6));
  EXPECT_EQ(*StateDigest(varmland_.states(), "verksamhet/"), *before);
  EXPECT_NE(*StateDigest(varmland_.states(), ""), *whole_before);
}

TEST_F(StateDigestTest, NoSubjectsAreTheEmptyTree) {
  EXPECT_EQ(*StateDigest(varmland_.states(), "tabell/"), merkle::EmptyRoot());
}

}  // namespace
}  // namespace liggare::state
