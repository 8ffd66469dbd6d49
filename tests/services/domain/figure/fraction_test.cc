#include "services/domain/figure/fraction.h"

#include <gtest/gtest.h>

namespace liggare::domain {
namespace {

TEST(FractionTest, DecimalsAreRead) {
  EXPECT_EQ(ParseDecimal("328.47"), (Decimal{32847, 2}));
  EXPECT_EQ(ParseDecimal("-1135202"), (Decimal{-1135202, 0}));
  EXPECT_EQ(ParseDecimal("0"), (Decimal{0, 0}));
  EXPECT_EQ(ParseDecimal("0.05"), (Decimal{5, 2}));
  for (const char* text : {"", "-", ".5", "5.", "1,5", "1.2.3", "1e3", "12345678901234567890"}) {
    EXPECT_FALSE(ParseDecimal(text).has_value()) << text;
  }
}

TEST(FractionTest, HalvesAreRoundedAwayFromZero) {
  EXPECT_EQ(Round({5, 2}, 0), (Decimal{3, 0}));
  EXPECT_EQ(Round({-5, 2}, 0), (Decimal{-3, 0}));
  EXPECT_EQ(Round({1, 3}, 2), (Decimal{33, 2}));
  EXPECT_EQ(Round({2, 3}, 2), (Decimal{67, 2}));
  EXPECT_EQ(Round({INT64_MAX, 1}, 0), (Decimal{INT64_MAX, 0}));
}

TEST(FractionTest, FiguresAreComparedAsPrinted) {
  // 1789 of 10248 is 17.457 %: printed as 17, not as the published 18.
  EXPECT_TRUE(PrintsAs({178900, 10248}, {17, 0}));
  EXPECT_FALSE(PrintsAs({178900, 10248}, {18, 0}));
  EXPECT_TRUE(PrintsAs({178900, 10248}, {1746, 2}));
  EXPECT_TRUE(PrintsAs(Hundredths(32847), {32847, 2}));
  EXPECT_FALSE(PrintsAs(Hundredths(32847), {32849, 2}));
  EXPECT_FALSE(PrintsAs({0, 0}, {0, 0}));
}

TEST(FractionTest, SumsKeepTheFinerPlaces) {
  EXPECT_EQ(Sum({15, 1}, {25, 2}, 1), (Decimal{175, 2}));
  EXPECT_EQ(Sum({15, 1}, {25, 2}, -1), (Decimal{125, 2}));
  EXPECT_TRUE(SameValue({18, 0}, {1800, 2}));
  EXPECT_FALSE(SameValue({18, 0}, {1801, 2}));
}

TEST(FractionTest, NumbersAreWrittenAsInSwedish) {
  EXPECT_EQ(SwedishText({129999888, 0}), "129\u00a0999\u00a0888");
  EXPECT_EQ(SwedishText({-1135202, 0}), "\u22121\u00a0135\u00a0202");
  EXPECT_EQ(SwedishText({32847, 2}), "328,47");
  EXPECT_EQ(SwedishText({5, 2}), "0,05");
  EXPECT_EQ(SwedishText({999, 0}), "999");
  EXPECT_EQ(SignedSwedishText({2, 0}), "+2");
  EXPECT_EQ(SignedSwedishText({0, 0}), "0");
  EXPECT_EQ(SignedSwedishText({-1, 0}), "\u22121");
  EXPECT_EQ(SwedishKronor(11200), "112");
  EXPECT_EQ(SwedishKronor(123450), "1\u00a0234,50");
}

}  // namespace
}  // namespace liggare::domain
