#include "eventstore/note/reach.h"

#include <gtest/gtest.h>

namespace liggare::note {
namespace {

TEST(ReachTest, EpochsBeforeLieWithinAndLaterOnesDoNot) {
  const Reach reach = {.log = "se/17@2", .size = 5};
  EXPECT_EQ(SizeWithin(reach, "se/17@1", 100), 100u);
  EXPECT_EQ(SizeWithin(reach, "se/17@2", 100), 5u);
  EXPECT_EQ(SizeWithin(reach, "se/17@2", 4), 4u);
  EXPECT_EQ(SizeWithin(reach, "se/17@3", 1), 0u);
  EXPECT_EQ(SizeWithin(reach, "se/17@10", 1), 0u);
  EXPECT_TRUE(LiesWithin(reach, "liggare.test/se/17@2", 5));
  EXPECT_FALSE(LiesWithin(reach, "liggare.test/se/17@2", 6));
  EXPECT_FALSE(LiesWithin(reach, "se/17@3", 0));
}

TEST(ReachTest, ANodeEndsInTheNewestEpochThatItsCloserKnew) {
  EXPECT_EQ(EndOfNode("se/17", {}, 3), (Reach{"se/17@1", 3}));
  EXPECT_EQ(EndOfNode("se/17", {"se@7", "se/17@2", "se/17@10", "se/17@9"}, 3),
            (Reach{"se/17@10", 3}));
  EXPECT_EQ(EndOfNode("se/17", {"se/17/a@4", "se/171@5", "se/17", "se/17@0"}, 3),
            (Reach{"se/17@1", 3}));
}

}  // namespace
}  // namespace liggare::note
