#include "proto/text/utc_time.h"

#include <gtest/gtest.h>

namespace liggare::text {
namespace {

TEST(UtcTimeTest, SecondsInUtc) {
  EXPECT_EQ(UtcText(1'736'845'953'120), "2025-01-14T09:12:33Z");
  EXPECT_EQ(UtcText(0), "1970-01-01T00:00:00Z");
}

}  // namespace
}  // namespace liggare::text
