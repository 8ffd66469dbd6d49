#include "services/work/backoff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

namespace liggare::work {
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

// After an outage of a county: its nodes must not come back in one second.
TEST(BackoffTest, AHerdIsSpreadOverTheWholeOfTheLimit) {
  constexpr int kNodes = 110;
  constexpr int kAttempts = 8;
  std::map<int64_t, int> dials;  // By second since the beginning.
  std::vector<int64_t> at_ms(kNodes, 0);
  for (int node = 0; node < kNodes; ++node) {
    std::mt19937_64 generator(static_cast<uint64_t>(node));
    Backoff backoff([&] { return std::uniform_real_distribution<double>()(generator); });
    for (int i = 0; i < kAttempts; ++i) {
      at_ms[node] += backoff.NextDelayMs();
      ++dials[at_ms[node] / 1'000];
    }
  }
  // The first second has the first attempts, which all failed together; after a
  // minute of outage there is never more than a tenth of them in one second.
  for (const auto& [second, count] : dials) {
    if (second < 60) continue;
    EXPECT_LE(count, kNodes / 10) << second;
  }
  const auto [first, last] = std::ranges::minmax(at_ms);
  EXPECT_GT(last - first, kBackoffMaxMs);
}

}  // namespace
}  // namespace liggare::work
