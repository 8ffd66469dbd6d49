#include "services/work/strand.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace liggare::work {
namespace {

TEST(StrandTest, ClosuresRunInOrderAndNeverBesideEachOther) {
  constexpr int kPerStrand = 5'000;
  WorkerPool pool(4);
  std::vector<std::unique_ptr<Strand>> strands;
  std::vector<std::vector<int>> seen(8);
  std::vector<std::atomic<int>> inside(8);
  std::atomic<int> overlaps = 0;
  for (size_t s = 0; s < seen.size(); ++s) strands.push_back(std::make_unique<Strand>(pool));
  for (int i = 0; i < kPerStrand; ++i) {
    for (size_t s = 0; s < seen.size(); ++s) {
      strands[s]->Post([&, s, i] {
        if (inside[s].fetch_add(1) != 0) ++overlaps;
        seen[s].push_back(i);
        inside[s].fetch_sub(1);
      });
    }
  }
  pool.Stop();
  EXPECT_EQ(overlaps, 0);
  for (const std::vector<int>& order : seen) {
    ASSERT_EQ(order.size(), static_cast<size_t>(kPerStrand));
    for (int i = 0; i < kPerStrand; ++i) ASSERT_EQ(order[i], i);
  }
}

TEST(StrandTest, BlockedStrandLeavesTheOtherThreadsFree) {
  WorkerPool pool(2);
  Strand blocked(pool);
  Strand free_strand(pool);
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  std::promise<void> ran;
  blocked.Post([released] { released.wait(); });
  free_strand.Post([&ran] { ran.set_value(); });
  ran.get_future().wait();
  release.set_value();
}

TEST(StrandTest, APoolWithoutThreadsRunsOneClosureAtEachStep) {
  WorkerPool pool(0);
  std::vector<int> order;
  pool.Post([&] { order.push_back(1); });
  pool.Post([&] { order.push_back(2); });
  EXPECT_TRUE(order.empty());
  EXPECT_TRUE(pool.Step());
  EXPECT_EQ(order, std::vector<int>({1}));
  EXPECT_TRUE(pool.Step());
  EXPECT_EQ(order, std::vector<int>({1, 2}));
  EXPECT_FALSE(pool.Step());
}

TEST(StrandTest, APoolWithoutThreadsRunsAtStopWhatWasNotStepped) {
  WorkerPool pool(0);
  Strand strand(pool);
  bool ran = false;
  strand.Post([&ran] { ran = true; });
  pool.Stop();
  EXPECT_TRUE(ran);
  EXPECT_FALSE(strand.Post([] {}));
}

TEST(StrandTest, PostFromAClosureRunsAfterIt) {
  WorkerPool pool(2);
  Strand strand(pool);
  std::vector<int> order;
  std::promise<void> done;
  strand.Post([&] {
    strand.Post([&] {
      order.push_back(2);
      done.set_value();
    });
    order.push_back(1);
  });
  done.get_future().wait();
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

TEST(StrandTest, ClosuresRunThoughTheStrandHasDied) {
  WorkerPool pool(1);
  std::atomic<int> ran = 0;
  {
    Strand strand(pool);
    for (int i = 0; i < 100; ++i) strand.Post([&ran] { ++ran; });
  }
  pool.Stop();
  EXPECT_EQ(ran, 100);
}

TEST(WorkerPoolTest, StopRunsWhatWasPostedAndDropsWhatComesLater) {
  std::atomic<int> ran = 0;
  WorkerPool pool(3);
  for (int i = 0; i < 1'000; ++i) ASSERT_TRUE(pool.Post([&ran] { ++ran; }));
  pool.Stop();
  EXPECT_EQ(ran, 1'000);
  auto owned = std::make_shared<int>(1);
  EXPECT_FALSE(pool.Post([&ran, owned] { ++ran; }));
  EXPECT_EQ(ran, 1'000);
  EXPECT_EQ(owned.use_count(), 1);
}

TEST(StrandTest, PostAfterThePoolHasStoppedOrDiedIsDropped) {
  auto pool = std::make_unique<WorkerPool>(1);
  Strand strand(*pool);
  pool->Stop();
  EXPECT_FALSE(strand.Post([] { FAIL(); }));
  pool.reset();
  EXPECT_FALSE(strand.Post([] { FAIL(); }));
}

}  // namespace
}  // namespace liggare::work
