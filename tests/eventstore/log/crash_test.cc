// The node over a disk that loses what was not synced: whatever the moment of the
// crash, nothing acknowledged or shown is lost and nothing is invented.
//
//   LIGGARE_SEEDS=5000 LIGGARE_SEED=1 bin/storage_faults_test --gtest_filter='CrashTest.*'
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <random>

#include "tests/eventstore/log/crashing_node.h"
#include "tests/testing/memory_database.h"
#include "tests/testing/seed.h"

namespace liggare::log {
namespace {

using testing::CrashingNode;
using testing::MemoryDatabase;
using testing::SimulatedDisk;
using testing::TestNode;

constexpr uint64_t kSeeds = 8;
constexpr int kLives = 8;
constexpr uint64_t kOperationsMax = 400;  // Of one life, mostly.

uint64_t Setting(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class CrashTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    child_database_ = new MemoryDatabase;
    child_ = new TestNode(*child_database_, "se/17/a");
    child_->RecordSome(1'200);
  }
  static void TearDownTestSuite() {
    delete child_;
    delete child_database_;
  }

  SimulatedDisk::End RandomEnd(CrashingNode& node) {
    return node.random()() % 4 == 0 ? SimulatedDisk::End::kKilled : SimulatedDisk::End::kPowerLoss;
  }

  // Whether the node could be opened; if not, the machine has stopped.
  bool OpenUntilCrash(CrashingNode& node) {
    const absl::Status opened = node.Open();
    EXPECT_TRUE(opened.ok() || node.disk().crashed()) << opened;
    return opened.ok();
  }

  // One life, from opening to the crash.
  void Live(CrashingNode& node) {
    auto& random = node.random();
    if (random() % 3 == 0) node.disk().CrashAt(random() % 60 + 1);
    if (OpenUntilCrash(node) && !node.disk().crashed()) {
      node.disk().CrashAt(0);
      if (node.disk().crashed()) return;
      node.Check();
      node.disk().CrashAt(random() % kOperationsMax + 1);
      node.Work(static_cast<int>(random() % 60), static_cast<int>(random() % 6));
      if (random() % 3 == 0 && !node.disk().crashed()) {
        node.Close(random() % 2 == 0);
      }
    }
    crashes_ += node.disk().crashed();
    node.disk().Crash();
    node.Close(false);
    node.disk().Restart(RandomEnd(node));
  }

  static MemoryDatabase* child_database_;
  static TestNode* child_;
  uint64_t crashes_ = 0;
};

MemoryDatabase* CrashTest::child_database_ = nullptr;
TestNode* CrashTest::child_ = nullptr;

TEST_F(CrashTest, NothingAcknowledgedIsLostAtAnyFileOperation) {
  const uint64_t start = testing::TestSeed();
  const uint64_t end = start + Setting("LIGGARE_SEEDS", kSeeds);
  uint64_t lives = 0;
  uint64_t acknowledged = 0;
  for (uint64_t seed = start; seed < end && !HasFailure(); ++seed) {
    SCOPED_TRACE(testing::HowToRepeat(seed) + ", with LIGGARE_SEEDS=1");
    CrashingNode node(seed, *child_);
    for (int life = 0; life < kLives && !HasFailure(); ++life, ++lives) Live(node);
    ASSERT_TRUE(node.Open().ok());
    node.Check();
    EXPECT_TRUE(node.RecordOne().ok()) << "recording does not go on";
    acknowledged += node.history().acknowledged();
  }
  std::printf("%llu lives, %llu of them ended at a file operation, %llu events acknowledged\n",
              static_cast<unsigned long long>(lives), static_cast<unsigned long long>(crashes_),
              static_cast<unsigned long long>(acknowledged));
}

// Crashes the opening of a node at its first file operation, its second, and so on.
class OpeningTest : public CrashTest {
 protected:
  // `prepare` makes the node as it is before the opening. How many crashes there
  // were.
  int CrashEveryOperation(SimulatedDisk::End end, void (*prepare)(CrashingNode&)) {
    for (uint64_t n = 1;; ++n) {
      SCOPED_TRACE("crash at operation " + std::to_string(n));
      CrashingNode node(n, *child_);
      prepare(node);
      node.disk().CrashAt(n);
      const bool opened = OpenUntilCrash(node);
      if (opened && !node.disk().crashed()) (void)node.RecordOne();
      const bool crashed = node.disk().crashed();
      node.disk().Crash();
      node.Close(false);
      node.disk().Restart(end);
      const absl::Status again = node.Open();
      EXPECT_TRUE(again.ok()) << again;
      if (!again.ok()) return static_cast<int>(n);
      node.Check();
      EXPECT_TRUE(node.RecordOne().ok());
      if (!crashed || HasFailure()) return static_cast<int>(n) - 1;
    }
  }

  static void Nothing(CrashingNode&) {}
  static void InWriteAheadLog(CrashingNode& node) {
    ASSERT_TRUE(node.Open().ok());
    node.Work(5, 1);
    node.Close(false);
  }
  static void InTables(CrashingNode& node) {
    ASSERT_TRUE(node.Open().ok());
    node.Work(5, 1);
    node.Close(true);
  }
};

TEST_F(OpeningTest, FirstOpeningMayBeKilledAnywhere) {
  EXPECT_GT(CrashEveryOperation(SimulatedDisk::End::kKilled, Nothing), 20);
}

TEST_F(OpeningTest, PowerMayFailAnywhereInTheFirstOpening) {
  EXPECT_GT(CrashEveryOperation(SimulatedDisk::End::kPowerLoss, Nothing), 20);
}

TEST_F(OpeningTest, OpeningAgainMayBeKilledAnywhere) {
  EXPECT_GT(CrashEveryOperation(SimulatedDisk::End::kKilled, InWriteAheadLog), 10);
  EXPECT_GT(CrashEveryOperation(SimulatedDisk::End::kKilled, InTables), 10);
}

TEST_F(OpeningTest, PowerMayFailAnywhereInOpeningAgain) {
  EXPECT_GT(CrashEveryOperation(SimulatedDisk::End::kPowerLoss, InWriteAheadLog), 10);
  EXPECT_GT(CrashEveryOperation(SimulatedDisk::End::kPowerLoss, InTables), 10);
}

}  // namespace
}  // namespace liggare::log
