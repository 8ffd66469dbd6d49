#include "services/domain/place/natural_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace liggare::domain {
namespace {

TEST(NaturalOrderTest, NumbersAreInTheirOrderAndTheRestInThatOfBytes) {
  const std::vector<std::string> ordered = {"",
                                            "brist/se/01/x/1",
                                            "brist/se/01/x/2",
                                            "brist/se/01/x/10",
                                            "brist/se/02/x/1",
                                            "enhet",
                                            "enhet2",
                                            "enhet02b",
                                            "enhet2c",
                                            "enhet10",
                                            "v-1",
                                            "v1/9",
                                            "v1/10",
                                            "v1a",
                                            "v18446744073709551616",
                                            "v99999999999999999999999",
                                            "å"};
  std::vector<std::string> shuffled = ordered;
  std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937(7));
  std::sort(shuffled.begin(), shuffled.end(), ByNumber());
  EXPECT_EQ(shuffled, ordered);
}

TEST(NaturalOrderTest, OrderIsTotal) {
  EXPECT_FALSE(ComesBeforeByNumber("a1", "a1"));
  EXPECT_TRUE(ComesBeforeByNumber("a01", "a1"));
  EXPECT_FALSE(ComesBeforeByNumber("a1", "a01"));
  EXPECT_TRUE(ComesBeforeByNumber("a0", "a00") != ComesBeforeByNumber("a00", "a0"));
}

}  // namespace
}  // namespace liggare::domain
