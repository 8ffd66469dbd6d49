// A brist of the county groups brister of several verksamheter. Each is shown that its own
// is grouped there, and of the others not even the name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "eventstore/merkle/hash.h"
#include "services/domain/state/state_proto.h"
#include "services/state/concern.h"
#include "tests/services/state/test_node.h"

namespace liggare::state {
namespace {

using ::testing::HasSubstr;
using testing::ManualClock;
using ::testing::Not;
using testing::TestNode;

constexpr char kGroup[] = "brist/se/17/1";
constexpr char kCountyLog[] = "se/17@1";

v1::EventData Grouped(const std::string& member) {
  v1::EventData event;
  event.set_subject(kGroup);
  event.mutable_brist_grouped()->set_brist(member);
  event.mutable_brist_grouped()->set_ingar(true);
  return event;
}

v1::EventData Reported() {
  v1::EventData event;
  event.set_subject(kGroup);
  v1::BristReported& brist = *event.mutable_brist_reported();
  brist.set_niva(v1::BRIST_NIVA_CENTRAL);
  brist.set_omrade(v1::BRIST_OMRADE_FORSAKRINGSKASSAN);
  brist.set_rubrik("Bara digitalt");
  brist.mutable_beskrivning()->set_commitment(std::string(32, 'c'));
  brist.set_observed_on("2024-03-01");
  return event;
}

class BristGroupTest : public ::testing::Test {
 protected:
  void SetUp() override {
    county_.Record(Reported());
    b_grouped_ = county_.Record(Grouped("brist/se/17/b/1")).index;
    a_grouped_ = county_.Record(Grouped("brist/se/17/a/1")).index;
    v1::EventData settled;
    settled.set_subject(kGroup);
    settled.mutable_conflict_resolved()->set_path("medlemmar[brist/se/17/a/1].ingar");
    settled.mutable_conflict_resolved()->mutable_value()->set_flag(true);
    a_settled_ = county_.Record(settled).index;
    b_.Receive(county_, kCountyLog);
  }

  ManualClock clock_;
  TestNode county_{"se/17", clock_};
  TestNode b_{"se/17/b", clock_};
  uint64_t a_grouped_ = 0;
  uint64_t b_grouped_ = 0;
  uint64_t a_settled_ = 0;
};

TEST_F(BristGroupTest, AMemberIsShownItselfAndNothingOfTheOthers) {
  EXPECT_TRUE(merkle::IsWithheld(*b_.log().Read(kCountyLog, a_grouped_)));
  EXPECT_TRUE(merkle::IsWithheld(*b_.log().Read(kCountyLog, a_settled_)));
  EXPECT_FALSE(merkle::IsWithheld(*b_.log().Read(kCountyLog, b_grouped_)));
  StateReader::View view = b_.states().Now();
  const std::string state = domain::ToProto(**view.StateOf(kGroup)).ShortDebugString();
  EXPECT_THAT(state, HasSubstr("medlemmar[brist/se/17/b/1]"));
  EXPECT_THAT(state, Not(HasSubstr("se/17/a")));
  // The county sees both.
  EXPECT_THAT(domain::ToProto(**county_.states().StateOf(kGroup)).ShortDebugString(),
              HasSubstr("medlemmar[brist/se/17/a/1]"));
}

TEST_F(BristGroupTest, WhatAMemberKnewIsTheSameAnswerAbove) {
  county_.Receive(b_, "se/17/b@1");
  v1::Moment moment;
  moment.set_known_by("se/17/b");
  moment.set_at_index(b_.own_size());
  auto above = county_.states().At(moment);
  ASSERT_TRUE(above.ok()) << above.status();
  StateReader::View here = b_.states().Now();
  EXPECT_EQ(domain::ToProto(**above->StateOf(kGroup)).SerializeAsString(),
            domain::ToProto(**here.StateOf(kGroup)).SerializeAsString());
  EXPECT_EQ(above->HistoryOf(kGroup, "")->size(), here.HistoryOf(kGroup, "")->size());
}

}  // namespace
}  // namespace liggare::state
