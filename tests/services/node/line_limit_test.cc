#include "services/node/line_limit.h"

#include <gtest/gtest.h>

namespace liggare::node {
namespace {

TEST(LineLimitTest, OneOfAKindWithinTheIntervalAndHowManyThereWere) {
  LineLimit limit;
  EXPECT_EQ(limit.Take("a", 1), 0u);
  EXPECT_EQ(limit.Take("a", kLineIntervalMs), std::nullopt);
  EXPECT_EQ(limit.Take("a", kLineIntervalMs), std::nullopt);
  EXPECT_EQ(limit.Take("b", kLineIntervalMs), 0u);
  EXPECT_EQ(limit.Take("a", kLineIntervalMs + 1), 2u);
  EXPECT_EQ(limit.Take("a", kLineIntervalMs + 2), std::nullopt);
  EXPECT_EQ(OthersText(2), " (and 2 others like it)");
  EXPECT_EQ(OthersText(0), "");
}

TEST(LineLimitTest, WhoeverNamesManyKindsWritesNoMoreLines) {
  LineLimit limit;
  size_t written = 0;
  for (size_t i = 0; i < 4 * kLineKindsMax; ++i) {
    written += limit.Take("kind " + std::to_string(i), 1).has_value();
  }
  EXPECT_LE(written, kLineKindsMax + 1);
}

}  // namespace
}  // namespace liggare::node
