// Backups of a database that is being written, and the way back from them.
#include "eventstore/log/care/backup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "eventstore/log/bytes/keys.h"
#include "eventstore/log/care/fsck.h"
#include "eventstore/log/care/repair.h"
#include "tests/eventstore/log/test_node.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::log {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::TestNode;

constexpr char kOwn[] = "se/17/a@1";

class BackupTest : public ::testing::Test {
 protected:
  BackupTest() {
    database_ = *RocksDatabase::Open(data_, shared_, {.create_if_missing = true});
    node_ = std::make_unique<TestNode>(*database_, "se/17/a");
  }

  BackupReport BackUp() {
    auto report = log::BackUp(*database_, data_, backup_, shared_);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : BackupReport();
  }
  absl::StatusOr<BackupReport> Restore(std::optional<uint32_t> id = {}) {
    return RestoreBackup(backup_, id, to_, shared_);
  }
  // Changes a byte in the middle of every file below `folder` with this ending.
  static int Flip(const std::string& folder, const std::string& ending) {
    int flipped = 0;
    for (const auto& file : fs::recursive_directory_iterator(folder)) {
      if (!file.is_regular_file() || !file.path().string().ends_with(ending)) continue;
      std::fstream stream(file.path(), std::ios::in | std::ios::out | std::ios::binary);
      const auto middle = static_cast<std::streamoff>(file.file_size() / 2);
      stream.seekg(middle);
      const char byte = static_cast<char>(stream.get());
      stream.seekp(middle);
      stream.put(static_cast<char>(byte ^ 1));
      ++flipped;
    }
    return flipped;
  }

  static bool HoldsBytes(const std::string& folder, const std::string& text) {
    for (const auto& file : fs::recursive_directory_iterator(folder)) {
      if (!file.is_regular_file()) continue;
      std::ifstream stream(file.path(), std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(stream), {});
      if (bytes.find(text) != std::string::npos) return true;
    }
    return false;
  }

  testing::ScratchDirectory scratch_;
  SharedResources shared_;
  const std::string data_ = scratch_ / "data";
  const std::string backup_ = scratch_ / "backup";
  const std::string to_ = scratch_ / "to";
  std::unique_ptr<RocksDatabase> database_;
  std::unique_ptr<TestNode> node_;
};

// As `fsck` would, it says of which log it is.
TEST_F(BackupTest, ACheckpointThatCannotBeReadIsNamedAndARepairMakesTheBackupGood) {
  node_->RecordSome(3);
  Batch batch;
  batch.Put(Family::kMeta, keys::CheckpointKey(node_->log().Find(kOwn)->number, 2), "no note");
  ASSERT_TRUE(database_->Write(batch, Durability::kSynced).ok());
  const auto refused = log::BackUp(*database_, data_, backup_, shared_);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("meta se/17/a@1"));
  node_.reset();
  database_.reset();
  const auto repaired = RepairDirectory(data_, shared_, {});
  ASSERT_TRUE(repaired.ok()) << repaired.status();
  EXPECT_EQ(repaired->checkpoints_removed, 1u);
  EXPECT_TRUE(repaired->after.ok());
  database_ = *RocksDatabase::Open(data_, shared_, {});
  node_ = std::make_unique<TestNode>(*database_, "se/17/a");
  EXPECT_EQ(BackUp().own_log.size, 3u);
}

TEST_F(BackupTest, WhatIsPutBackIsWhatWasThere) {
  node_->RecordSome(300);
  fs::create_directories(data_ + "/evidence");
  std::ofstream(data_ + "/evidence/x.evidence.json") << "{}";
  const BackupReport made = BackUp();
  EXPECT_EQ(made.entries, 300u);
  EXPECT_EQ(made.own_log.size, 300u);
  EXPECT_EQ(made.own_log.root, node_->log().Find(kOwn)->root);
  node_->RecordSome(5);  // After it.
  const auto report = Restore();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->entries, 300u);
  EXPECT_TRUE(fs::exists(to_ + "/evidence/x.evidence.json"));
  auto database = RocksDatabase::Open(to_, shared_, {});
  ASSERT_TRUE(database.ok());
  TestNode restored(**database, "se/17/a");
  EXPECT_EQ(restored.log().Find(kOwn)->root, made.own_log.root);
  restored.RecordSome(1);
  EXPECT_TRUE(Fsck(**database, {}).ok());
}

TEST_F(BackupTest, SecondBackupCopiesOnlyWhatIsNew) {
  node_->RecordSome(3000);
  const BackupReport first = BackUp();
  node_->RecordSome(3);
  const BackupReport second = BackUp();
  EXPECT_GT(second.backup_id, first.backup_id);
  EXPECT_EQ(second.entries, 3003u);
  EXPECT_GT(first.bytes_copied, 0u);
  EXPECT_LT(second.bytes_copied, first.bytes_copied / 4)
      << first.bytes_copied << " bytes, then " << second.bytes_copied;
  // Each can be put back.
  const auto old = Restore(first.backup_id);
  ASSERT_TRUE(old.ok()) << old.status();
  EXPECT_EQ(old->entries, 3000u);
}

TEST_F(BackupTest, FirstBackupAfterAnErasureRemovesThoseThatHoldTheText) {
  const DisclosureText text = testing::MakeDisclosure("a text about a person");
  ASSERT_TRUE(
      node_->RecordOne(testing::MakeSubmissionWithText(testing::MakeEventId(1), "s", text)).ok());
  EXPECT_EQ(BackUp().backups_removed, 0u);
  node_->RecordSome(10);
  EXPECT_EQ(BackUp().backups_removed, 0u);
  ASSERT_TRUE(HoldsBytes(backup_, text.text));
  ASSERT_TRUE(node_
                  ->RecordOne(testing::MakeErasure(testing::MakeEventId(1ull << 60), "s",
                                                   {text.commitment}))
                  .ok());
  const BackupReport after = BackUp();
  EXPECT_EQ(after.backups_removed, 2u);
  EXPECT_FALSE(HoldsBytes(backup_, text.text));
  EXPECT_EQ(BackUp().backups_removed, 0u);
  EXPECT_TRUE(Restore(after.backup_id).ok());
  EXPECT_TRUE(absl::IsNotFound(RestoreBackup(backup_, 1, scratch_ / "other", shared_).status()));
}

TEST_F(BackupTest, BackupsOfAnEarlierDirectoryGoOnceATextIsErased) {
  const DisclosureText text = testing::MakeDisclosure("a text about a person");
  ASSERT_TRUE(
      node_->RecordOne(testing::MakeSubmissionWithText(testing::MakeEventId(1), "s", text)).ok());
  BackUp();
  // The node came back from its parent, which had erased the text.
  node_.reset();
  database_.reset();
  fs::remove_all(data_);
  database_ = *RocksDatabase::Open(data_, shared_, {.create_if_missing = true});
  node_ = std::make_unique<TestNode>(*database_, "se/17/a");
  EXPECT_EQ(BackUp().backups_removed, 0u) << "nothing is known to be erased";
  ASSERT_TRUE(
      node_->RecordOne(testing::MakeErasure(testing::MakeEventId(2), "s", {text.commitment})).ok());
  EXPECT_EQ(BackUp().backups_removed, 1u);
  EXPECT_FALSE(HoldsBytes(backup_, text.text));
}

TEST_F(BackupTest, BackupUnderLoadIsAPrefixOfTheLog) {
  std::atomic<bool> done = false;
  std::atomic<uint64_t> recorded = 0;
  std::thread writer([&] {
    while (!done) {
      node_->RecordSome(1);
      ++recorded;
    }
  });
  for (int i = 0; i < 5; ++i) {
    const uint64_t before = recorded;
    const BackupReport made = BackUp();
    EXPECT_GE(made.own_log.size, before) << "what was acknowledged before is in it";
    EXPECT_EQ(made.own_log.root, *node_->log().RootAt(kOwn, made.own_log.size));
  }
  done = true;
  writer.join();
  const auto report = Restore();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->own_log.root, *node_->log().RootAt(kOwn, report->own_log.size));
}

TEST_F(BackupTest, ChangedByteIsRefusedAndNothingIsPutBack) {
  node_->RecordSome(100);
  BackUp();
  ASSERT_GT(Flip(backup_ + "/shared_checksum", ".sst"), 0);
  const auto report = Restore();
  ASSERT_FALSE(report.ok());
  EXPECT_TRUE(absl::IsDataLoss(report.status())) << report.status();
  EXPECT_THAT(std::string(report.status().message()), HasSubstr("has changed since it was made"));
  EXPECT_THAT(std::string(report.status().message()), HasSubstr(".sst"));
  EXPECT_FALSE(fs::exists(to_));
}

TEST_F(BackupTest, ChangedListOfFilesIsRefused) {
  node_->RecordSome(10);
  BackUp();
  ASSERT_EQ(Flip(backup_ + "/meta", ""), 1);
  const auto report = Restore();
  ASSERT_FALSE(report.ok());
  EXPECT_FALSE(fs::exists(to_));
}

TEST_F(BackupTest, BackupOverDamagedSharedFilesIsNotKept) {
  node_->RecordSome(100);
  BackUp();
  ASSERT_GT(Flip(backup_ + "/shared_checksum", ".sst"), 0);
  node_->RecordSome(1);
  const auto second = log::BackUp(*database_, data_, backup_, shared_);
  ASSERT_FALSE(second.ok());
  EXPECT_TRUE(absl::IsDataLoss(second.status())) << second.status();
  EXPECT_TRUE(absl::IsNotFound(Restore(2).status())) << Restore(2).status();
}

TEST_F(BackupTest, NothingIsPutOverADirectoryThatHoldsSomething) {
  node_->RecordSome(1);
  BackUp();
  const auto report = RestoreBackup(backup_, {}, data_, shared_);
  ASSERT_FALSE(report.ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(report.status())) << report.status();
  fs::create_directories(to_);  // An empty one is as good as none.
  fs::permissions(to_, fs::perms::owner_all);
  EXPECT_TRUE(Restore().ok());
}

TEST_F(BackupTest, WhereThereIsNoBackupThatIsSaid) {
  EXPECT_TRUE(absl::IsNotFound(Restore().status())) << Restore().status();
  BackUp();
  EXPECT_TRUE(absl::IsNotFound(Restore(9).status())) << Restore(9).status();
}

}  // namespace
}  // namespace liggare::log
