// Tests that end as no test should: what test_watch_test.py runs, one by one.
#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdlib>
#include <mutex>

namespace {

TEST(WatchedTest, Passes) {}

TEST(WatchedTest, Dies) { std::abort(); }

TEST(WatchedTest, NeverEnds) {
  std::mutex mutex;
  std::condition_variable nobody;
  std::unique_lock lock(mutex);
  nobody.wait(lock, [] { return false; });
}

}  // namespace
