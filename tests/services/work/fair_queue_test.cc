#include "services/work/fair_queue.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/work/fair_share.h"

namespace liggare::work {
namespace {

TEST(FairShareTest, OneCallerGetsHalf) {
  FairShare share(100);
  size_t taken = 0;
  while (share.Take("a")) ++taken;
  EXPECT_EQ(taken, 50u);
  while (share.Take("b")) ++taken;
  EXPECT_EQ(taken, 75u);
}

TEST(FairShareTest, EveryCallerGetsAtLeastOneUntilNoneIsLeft) {
  FairShare share(4);
  EXPECT_TRUE(share.Take("a"));
  EXPECT_TRUE(share.Take("a"));
  EXPECT_FALSE(share.Take("a"));
  EXPECT_TRUE(share.Take("b"));
  EXPECT_TRUE(share.Take("c"));
  EXPECT_EQ(share.all(), 4u);
  EXPECT_FALSE(share.Take("d"));
}

TEST(FairShareTest, WhatIsGivenBackIsFree) {
  FairShare share(2);
  EXPECT_TRUE(share.Take("a"));
  EXPECT_TRUE(share.Take("b"));
  share.Give("a");
  EXPECT_TRUE(share.Take("c"));
  share.Give("b");
  share.Give("c");
  EXPECT_EQ(share.all(), 0u);
}

TEST(FairQueueTest, CallersTakeTurnsAndEachKeepsItsOrder) {
  FairQueue<std::string> queue(100);
  for (std::string item : {"a1", "a2", "a3", "a4", "b1", "c1", "c2"}) {
    EXPECT_TRUE(queue.Add(item.substr(0, 1), item));
  }
  std::vector<std::string> order;
  while (auto item = queue.Take()) order.push_back(*item);
  EXPECT_EQ(order, std::vector<std::string>({"a1", "b1", "c1", "a2", "c2", "a3", "a4"}));
}

TEST(FairQueueTest, FloodOfOneCallerDelaysAnotherByOneItem) {
  FairQueue<int> queue(1'024);
  int item = 0;
  while (queue.Add("flood", item)) ++item;
  EXPECT_EQ(item, 512);
  EXPECT_EQ(queue.Take(), 0);
  int other = -1;
  EXPECT_TRUE(queue.Add("other", other));
  EXPECT_EQ(queue.Take(), -1);
  EXPECT_EQ(queue.Take(), 1);
}

TEST(FairQueueTest, RefusedItemIsLeftAsItWas) {
  FairQueue<std::string> queue(1);
  std::string first = "first";
  std::string second = "second";
  EXPECT_TRUE(queue.Add("a", first));
  EXPECT_FALSE(queue.Add("b", second));
  EXPECT_EQ(second, "second");
}

}  // namespace
}  // namespace liggare::work
