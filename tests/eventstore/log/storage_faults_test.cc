// What a node does when its disk fails under it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <random>

#include "eventstore/log/care/fsck.h"
#include "eventstore/log/database/write_ahead_log.h"
#include "proto/error/error.h"
#include "tests/eventstore/log/crashing_node.h"
#include "tests/testing/memory_database.h"
#include "tests/testing/seed.h"

namespace liggare::log {
namespace {

using testing::CrashingNode;
using ::testing::HasSubstr;
using testing::MemoryDatabase;
using testing::SimulatedDisk;
using testing::TestNode;

class StorageFaultsTest : public ::testing::Test {
 protected:
  StorageFaultsTest() { child_.RecordSome(300); }

  static bool IsReadOnly(const absl::Status& status) {
    return ErrorOf(status).code() == v1::ERROR_CODE_READ_ONLY;
  }

  // Reads go on, and everything stays refused, until it is opened again.
  void ExpectClosedForWriting(CrashingNode& node) {
    EXPECT_TRUE(IsReadOnly(node.sequencer().health())) << node.sequencer().health();
    EXPECT_TRUE(IsReadOnly(node.RecordOne().status()));
    for (const HeldLog& held : node.log().Logs()) {
      const auto range = node.log().ReadRange(held.name, 0, {.bytes_max = SIZE_MAX});
      ASSERT_TRUE(range.ok()) << range.status();
      EXPECT_EQ(range->entries.size(), held.size);
    }
  }

  void ExpectSound(CrashingNode& node) {
    ASSERT_TRUE(node.Open().ok());
    node.Check();
    EXPECT_TRUE(node.RecordOne().ok());
  }

  // The path of the write-ahead log that has the most bytes.
  static std::string WriteAheadLog(const SimulatedDisk& disk) {
    std::string largest;
    for (const std::string& path : disk.Paths()) {
      if (!path.ends_with(".log")) continue;
      if (largest.empty() || disk.Contents(path).size() > disk.Contents(largest).size()) {
        largest = path;
      }
    }
    return largest;
  }

  // Where the last record of a file of RocksDB's log format begins. Blocks are of 32 KiB; the rest
  // of one that no header fits in is padding.
  static size_t LastRecord(std::string_view file) {
    constexpr size_t kBlockBytes = 32'768;
    constexpr size_t kHeaderBytes = 7;
    size_t last = 0;
    for (size_t at = 0; at + kHeaderBytes <= file.size();) {
      const auto byte = [&](size_t i) { return static_cast<uint8_t>(file[at + i]); };
      last = at;
      at += kHeaderBytes + byte(4) + 256u * byte(5);
      if (kBlockBytes - at % kBlockBytes < kHeaderBytes) at += kBlockBytes - at % kBlockBytes;
    }
    return last;
  }

  const uint32_t seed_ = testing::TestSeed();
  const ::testing::ScopedTrace trace_{__FILE__, __LINE__, testing::HowToRepeat(seed_)};
  MemoryDatabase child_database_;
  TestNode child_{child_database_, "se/17/a"};
};

TEST_F(StorageFaultsTest, AnswerWaitsForTheSync) {
  CrashingNode node(seed_, child_);
  ASSERT_TRUE(node.Open().ok());
  node.disk().HoldSyncs();
  std::atomic<bool> answered = false;
  std::vector<Submission> batch;
  batch.push_back(testing::MakeSubmission(testing::MakeEventId(1ull << 40), "s"));
  node.sequencer().Record(std::move(batch), [&](auto) { answered = true; });
  node.disk().AwaitHeldSync();
  EXPECT_FALSE(answered);
  EXPECT_EQ(node.log().Find(node.log().own_log())->size, 0u) << "shown before it is durable";
  node.disk().ReleaseSyncs();
  node.sequencer().Stop();
  EXPECT_TRUE(answered);
  EXPECT_EQ(node.log().Find(node.log().own_log())->size, 1u);
}

TEST_F(StorageFaultsTest, SyncThatFailsOnceClosesTheNodeAndLosesNothing) {
  for (uint32_t round = 0; round < 8; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    CrashingNode node(seed_ + round, child_);
    ASSERT_TRUE(node.Open().ok());
    node.Work(10, 1);
    node.disk().FailSyncs(1);
    node.Work(20, 1);
    ExpectClosedForWriting(node);
    node.Close(false);
    // Whether the process or the machine was restarted.
    node.disk().Restart(round % 2 == 0 ? SimulatedDisk::End::kKilled
                                       : SimulatedDisk::End::kPowerLoss);
    ExpectSound(node);
    node.Work(10, 1);
    node.disk().Crash();
    node.Close(false);
    node.disk().Restart(SimulatedDisk::End::kPowerLoss);
    ExpectSound(node);
  }
}

TEST_F(StorageFaultsTest, DiskWhoseSyncsFailForGoodIsNotOpened) {
  CrashingNode node(seed_, child_);
  ASSERT_TRUE(node.Open().ok());
  node.Work(10, 1);
  node.disk().FailSyncs(UINT64_MAX);
  node.Work(10, 1);
  ExpectClosedForWriting(node);
  node.Close(false);
  for (int i = 0; i < 5; ++i) {
    const absl::Status opened = node.Open();
    EXPECT_TRUE(absl::IsUnavailable(opened)) << opened;
    EXPECT_THAT(std::string(opened.message()), HasSubstr("Input/output error"));
  }
  node.disk().FailSyncs(0);
  node.disk().Restart(SimulatedDisk::End::kPowerLoss);
  ExpectSound(node);
}

TEST_F(StorageFaultsTest, FullDiskClosesTheNodeUntilThereIsSpaceAndItIsReopened) {
  std::mt19937 random(seed_);
  for (int round = 0; round < 8; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    CrashingNode node(seed_ + static_cast<uint32_t>(round), child_);
    ASSERT_TRUE(node.Open().ok());
    node.Work(10, 1);
    node.disk().LimitSpace(node.disk().TotalBytes() + random() % 40'000);
    while (node.sequencer().health().ok()) node.Work(20, 1);
    EXPECT_THAT(std::string(node.sequencer().health().message()), HasSubstr("No space left"));
    ExpectClosedForWriting(node);
    node.disk().LimitSpace(UINT64_MAX);
    ExpectClosedForWriting(node);
    node.Close(false);
    ExpectSound(node);
  }
}

TEST_F(StorageFaultsTest, OpeningOnAFullDiskAgainAndAgainDoesNoHarm) {
  CrashingNode node(seed_, child_);
  ASSERT_TRUE(node.Open().ok());
  node.Work(10, 1);
  node.disk().LimitSpace(node.disk().TotalBytes() + 20'000);
  while (node.sequencer().health().ok()) node.Work(20, 1);
  node.Close(false);
  const auto tables = [&node] {
    return std::ranges::count_if(node.disk().Paths(),
                                 [](const std::string& path) { return path.ends_with(".sst"); });
  };
  const auto tables_before = tables();
  for (int i = 0; i < 20; ++i) {
    const absl::Status opened = node.Open();
    if (opened.ok()) {
      node.Check();
      node.Close(false);
    } else {
      EXPECT_THAT(std::string(opened.message()), HasSubstr("No space left"));
    }
  }
  // As long as there is room an attempt may leave the table that it wrote of the write-ahead log.
  // The first opening that succeeds takes these away, and writes one for each family.
  node.disk().LimitSpace(UINT64_MAX);
  ExpectSound(node);
  EXPECT_LE(tables(), tables_before + std::ssize(kFamilies)) << "what the attempts left stays";
}

TEST_F(StorageFaultsTest, FlippedBitOfTheWriteAheadLogIsNeverPassedOver) {
  std::mt19937 random(seed_);
  CrashingNode node(seed_, child_);
  ASSERT_TRUE(node.Open().ok());
  node.Work(20, 1);
  node.Close(false);
  const std::string path = WriteAheadLog(node.disk());
  const size_t bytes = node.disk().Contents(path).size();
  for (int round = 0; round < 60; ++round) {
    const uint64_t offset = random() % bytes;
    const uint8_t mask = static_cast<uint8_t>(1 << random() % 8);
    SCOPED_TRACE("byte " + std::to_string(offset) + " mask " + std::to_string(mask));
    node.disk().FlipAtRest(path, offset, mask);
    const absl::Status opened = node.Open();
    EXPECT_TRUE(absl::IsDataLoss(opened)) << opened;
    EXPECT_THAT(std::string(opened.message()), HasSubstr("damaged at byte"));
    node.Close(false);
    const auto report = FsckDirectory(CrashingNode::kPath, node.shared(), {});
    EXPECT_FALSE(report.ok() && report->ok());
    node.disk().FlipAtRest(path, offset, mask);
  }
  ExpectSound(node);
}

TEST_F(StorageFaultsTest, EveryFlippedBitIsToldFromEveryTornEnd) {
  CrashingNode node(seed_, child_);
  ASSERT_TRUE(node.Open().ok());
  for (int i = 0; i < 150; ++i) ASSERT_TRUE(node.RecordOne().ok());
  std::string file = node.disk().Contents(WriteAheadLog(node.disk()));
  file.resize(std::min<size_t>(file.size(), 80'000));
  if (const WalVerdict cut = InspectWriteAheadLog(file); cut.state == WalState::kTorn) {
    file.resize(cut.offset);
  }
  ASSERT_EQ(InspectWriteAheadLog(file).state, WalState::kWhole);
  ASSERT_GT(file.size(), 3'000u);
  std::mt19937 random(seed_);
  const size_t step = file.size() / 3'000;
  // The length in the last record's header (RocksDB's log format: checksum 4, length 2, ...) says
  // where the file ends: there a damaged one must not pass for an append that was cut off.
  const size_t last = LastRecord(file);
  for (size_t at = last; at < last + 7; ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      file[at] = static_cast<char>(file[at] ^ (1 << bit));
      EXPECT_EQ(InspectWriteAheadLog(file).state, WalState::kDamaged)
          << "byte " << at - last << " of the last record, bit " << bit;
      file[at] = static_cast<char>(file[at] ^ (1 << bit));
    }
  }
  for (size_t at = 0; at < file.size(); at += 1 + random() % (step + 1)) {
    const char before = file[at];
    file[at] = static_cast<char>(before ^ (1 << random() % 8));
    EXPECT_EQ(InspectWriteAheadLog(file).state, WalState::kDamaged) << "byte " << at;
    file[at] = before;
    EXPECT_NE(InspectWriteAheadLog(std::string_view(file).substr(0, at)).state, WalState::kDamaged)
        << "cut off at " << at;
  }
}

TEST_F(StorageFaultsTest, ReadErrorsWhileOpeningDropNothing) {
  for (const char* part : {".log", "MANIFEST", "CURRENT", ".sst", "OPTIONS"}) {
    for (const bool flip : {false, true}) {
      for (uint64_t count = 1; count <= 3; ++count) {
        SCOPED_TRACE(std::string(part) + (flip ? " flipped" : " failing"));
        CrashingNode node(seed_ + count, child_);
        ASSERT_TRUE(node.Open().ok());
        node.Work(10, 2);
        ASSERT_TRUE(node.database().Flush().ok());
        node.Work(10, 2);
        node.Close(false);
        flip ? node.disk().FlipReads(part, count) : node.disk().FailReads(part, count);
        if (node.Open().ok()) node.Check();
        node.Close(false);
        node.disk().FlipReads(part, 0);
        node.disk().FailReads(part, 0);
        ExpectSound(node);
      }
    }
  }
}

TEST_F(StorageFaultsTest, DirectorySyncsThatDoNothingNeverMakeANewNodeOfAnOldOne) {
  int opened = 0;
  int refused = 0;
  for (uint32_t round = 0; round < 20; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    CrashingNode node(seed_ + round, child_);
    ASSERT_TRUE(node.Open().ok());
    node.Work(10, 1);
    node.Close(true);
    node.disk().IgnoreDirectorySyncs(true);
    ASSERT_TRUE(node.Open().ok());
    node.Work(10, 1);
    const uint64_t shown = node.log().Find(node.log().own_log())->size;
    node.disk().Crash();
    node.Close(false);
    node.disk().Restart(SimulatedDisk::End::kPowerLoss);
    // Such a disk loses what it said was safe. What is left is either refused or a
    // shorter log of the same node, which its parent's hello shows.
    if (!node.Open().ok()) {
      ++refused;
      continue;
    }
    ++opened;
    EXPECT_GT(node.log().boot_count(), 1u);
    EXPECT_LE(node.log().Find(node.log().own_log())->size, shown);
    EXPECT_TRUE(Fsck(node.database(), {}).ok());
  }
  std::printf("%d opened, %d refused\n", opened, refused);
}

TEST_F(StorageFaultsTest, DatabaseThatLostItsCurrentIsNotBegunAnew) {
  CrashingNode node(seed_, child_);
  ASSERT_TRUE(node.Open().ok());
  node.Work(10, 1);
  node.Close(false);
  ASSERT_TRUE(node.disk().Delete(std::string(CrashingNode::kPath) + "/CURRENT").ok());
  const absl::Status opened = node.Open();
  EXPECT_TRUE(absl::IsDataLoss(opened)) << opened;
  EXPECT_THAT(std::string(opened.message()), HasSubstr("CURRENT"));
}

}  // namespace
}  // namespace liggare::log
