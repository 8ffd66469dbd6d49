#include "services/replication/backoff.h"

#include <gtest/gtest.h>

namespace liggare::replication {
namespace {

TEST(BackoffTest, LimitDoublesFromOneSecondToTwoMinutes) {
  Backoff backoff([] { return 0.5; });
  int64_t limit_ms = kBackoffFirstMs;
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(backoff.NextDelayMs(), limit_ms / 2);
    limit_ms = std::min(2 * limit_ms, kBackoffMaxMs);
  }
  EXPECT_EQ(backoff.NextDelayMs(), kBackoffMaxMs / 2);
}

TEST(BackoffTest, TheWholeOfTheLimitIsJitter) {
  Backoff none([] { return 0.0; });
  EXPECT_EQ(none.NextDelayMs(), 0);
  Backoff most([] { return 0.999; });
  EXPECT_EQ(most.NextDelayMs(), 999);
}

TEST(BackoffTest, ResetBeginsAgain) {
  Backoff backoff([] { return 0.5; });
  backoff.NextDelayMs();
  backoff.NextDelayMs();
  backoff.Reset();
  EXPECT_EQ(backoff.NextDelayMs(), kBackoffFirstMs / 2);
}

}  // namespace
}  // namespace liggare::replication
