#include "services/replication/chunks/clock_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/log/bytes/clock.h"
#include "services/replication/session/limits.h"

namespace liggare::replication {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr int64_t kNowMs = 1'750'000'000'000;  // 2025-06-15T15:06:40Z.
constexpr int64_t kDayMs = int64_t{24} * 60 * 60 * 1000;

KnownClocks Known() {
  KnownClocks known;
  known.now_ms = kNowMs;
  known.own_last_ms = kNowMs - 1'000;
  known.parent = "se/17";
  return known;
}

TEST(ClockCheckTest, AClockThatFitsRecords) {
  EXPECT_THAT(JudgeClock(Known()), IsEmpty());
  KnownClocks alone;
  alone.now_ms = kNowMs;  // An empty log says nothing of the time.
  EXPECT_THAT(JudgeClock(alone), IsEmpty());
}

TEST(ClockCheckTest, AClockFarFromTheParentsRecordsNothingAndStores) {
  for (const int64_t ahead_ms : {log::kClockAheadMaxMs, -log::kClockAheadMaxMs}) {
    KnownClocks known = Known();
    known.ahead_of_parent_ms = ahead_ms;
    EXPECT_THAT(JudgeClock(known), IsEmpty());
    *known.ahead_of_parent_ms += ahead_ms > 0 ? 1 : -1;
    const std::vector<ClockFault> faults = JudgeClock(known);
    ASSERT_THAT(faults, SizeIs(1));
    EXPECT_THAT(faults[0].text,
                HasSubstr(ahead_ms > 0 ? "is 300 s ahead of se/17's" : "is 300 s behind se/17's"));
    EXPECT_TRUE(faults[0].may_store);
  }
}

TEST(ClockCheckTest, AClockBehindItsOwnLogRecordsNothingUntilItIsThere) {
  KnownClocks known = Known();
  known.own_last_ms = kNowMs + log::kClockAheadMaxMs;
  EXPECT_THAT(JudgeClock(known), IsEmpty());
  known.own_last_ms = kNowMs + 300 * kDayMs;
  std::vector<ClockFault> faults = JudgeClock(known);
  ASSERT_THAT(faults, SizeIs(1));
  EXPECT_THAT(faults[0].text, HasSubstr("the last entry of its log is of 2026-04-11T15:06:40Z"));
  EXPECT_EQ(faults[0].until_ms, known.own_last_ms - log::kClockAheadMaxMs);
  // The clock may be the one that is wrong; unless a neighbour agrees with it.
  EXPECT_FALSE(faults[0].may_store);
  known.agreed_ms = kNowMs - 1'000;
  faults = JudgeClock(known);
  ASSERT_THAT(faults, SizeIs(1));
  EXPECT_TRUE(faults[0].may_store);
}

TEST(ClockCheckTest, AClockThatJumpsRecordsAndStoresNothingUntilANeighbourAgrees) {
  KnownClocks known = Known();
  known.own_last_ms = kNowMs - kClockJumpMaxMs;
  EXPECT_THAT(JudgeClock(known), IsEmpty());
  known.own_last_ms -= 1;
  const std::vector<ClockFault> faults = JudgeClock(known);
  ASSERT_THAT(faults, SizeIs(1));
  EXPECT_THAT(faults[0].text, HasSubstr("no neighbour says that so much time has passed"));
  EXPECT_FALSE(faults[0].may_store);
  KnownClocks agreed = known;
  agreed.agreed_ms = kNowMs - log::kClockAheadMaxMs;
  EXPECT_THAT(JudgeClock(agreed), IsEmpty());
  KnownClocks confirmed = known;
  confirmed.confirmed_ms = kNowMs - kDayMs;
  EXPECT_THAT(JudgeClock(confirmed), IsEmpty());
}

// A neighbour agreed with the clock as it was before it was set.
TEST(ClockCheckTest, WhatANeighbourSaidBeforeTheJumpDoesNotAllowIt) {
  KnownClocks known = Known();
  known.agreed_ms = kNowMs - 300 * kDayMs;
  known.own_last_ms = kNowMs - 300 * kDayMs;
  EXPECT_THAT(JudgeClock(known), SizeIs(1));
}

}  // namespace
}  // namespace liggare::replication
