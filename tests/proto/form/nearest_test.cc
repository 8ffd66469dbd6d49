#include "proto/form/nearest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace liggare::form {
namespace {

TEST(NearestTest, NearestComesFirst) {
  EXPECT_THAT(Nearest("antall", {"alder", "antal", "kon"}), testing::ElementsAre("antal"));
  EXPECT_THAT(Nearest("report_submited", {"report_corrected", "report_submitted"}),
              testing::ElementsAre("report_submitted"));
}

TEST(NearestTest, NothingNearGivesNothing) {
  EXPECT_THAT(Nearest("zebra", {"report_corrected", "grant_paid"}), testing::IsEmpty());
}

TEST(NearestTest, FewNamesAreAllListed) {
  EXPECT_EQ(NamesLike("x", {"kon", "alder", "antal"}), "kon, alder, antal");
}

TEST(NearestTest, AmongManyOnlyTheNearestAreListed) {
  const std::vector<std::string_view> many = {"aaaaaa", "bbbbbb", "cccccc", "dddddd", "eeeeee",
                                              "ffffff", "gggggg", "hhhhhh", "antal"};
  EXPECT_EQ(NamesLike("anttal", many), "antal");
}

}  // namespace
}  // namespace liggare::form
