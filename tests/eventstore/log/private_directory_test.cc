// Texts about persons are on the disk: nobody but the owner of a directory enters it,
// whatever the umask was when it was made.
#include "eventstore/log/database/private_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "eventstore/log/care/backup.h"
#include "eventstore/log/care/fsck.h"
#include "eventstore/log/care/repair.h"
#include "proto/error/error.h"
#include "tests/eventstore/log/test_node.h"
#include "tests/testing/open_umask.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::log {
namespace {

using ::testing::HasSubstr;
using testing::ModeOf;
using testing::TestNode;

class PrivateDirectoryTest : public ::testing::Test {
 protected:
  void MakeNode() {
    auto database = RocksDatabase::Open(data_, shared_, {.create_if_missing = true});
    ASSERT_TRUE(database.ok()) << database.status();
    TestNode(**database, "se/17/a").RecordSome(3);
  }

  void ExpectRefused(const absl::Status& status, const std::string& path) {
    EXPECT_EQ(ErrorOf(status).code(), v1::ERROR_CODE_CONFIGURATION) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("chmod 700 " + path));
  }

  // Every way to open the data directory.
  void ExpectRefusedEverywhere() {
    ExpectRefused(RocksDatabase::Open(data_, shared_, {}).status(), data_);
    ExpectRefused(RocksDatabase::Open(data_, shared_, {.create_if_missing = true}).status(), data_);
    ExpectRefused(RocksDatabase::OpenForInspection(data_, shared_).status(), data_);
    ExpectRefused(FsckDirectory(data_, shared_, {}).status(), data_);
    ExpectRefused(RepairDirectory(data_, shared_, {}).status(), data_);
  }

  const testing::OpenUmask umask_;
  testing::ScratchDirectory scratch_;
  SharedResources shared_;
  const std::string data_ = scratch_ / "data";
  const std::string backup_ = scratch_ / "backup";
};

TEST_F(PrivateDirectoryTest, WhatIsMadeIsItsOwnersAlone) {
  ASSERT_TRUE(MakePrivateDirectory(scratch_ / "a/b/c").ok());
  EXPECT_EQ(ModeOf(scratch_ / "a/b/c"), 0700u);
  ASSERT_TRUE(MakePrivateDirectory(scratch_ / "a/b/c").ok());
  EXPECT_FALSE(MakePrivateDirectory(scratch_.Write("file", "") + "/below").ok());
  EXPECT_FALSE(MakePrivateDirectory(scratch_ / "file").ok());
}

TEST_F(PrivateDirectoryTest, DataAndBackupsAreMadeClosedUnderAnyUmask) {
  MakeNode();
  EXPECT_EQ(ModeOf(data_), 0700u);
  {
    auto database = *RocksDatabase::Open(data_, shared_, {});
    ASSERT_TRUE(BackUp(*database, data_, backup_, shared_).ok());
  }
  EXPECT_EQ(ModeOf(backup_), 0700u);
  const std::string to = scratch_ / "to";
  ASSERT_TRUE(RestoreBackup(backup_, {}, to, shared_).ok());
  EXPECT_EQ(ModeOf(to), 0700u);
}

TEST_F(PrivateDirectoryTest, AnyAccessOfOthersClosesTheDirectoryToUs) {
  MakeNode();
  for (const mode_t mode : {0755, 0750, 0701, 0710, 0704, 0720, 0777}) {
    ASSERT_EQ(chmod(data_.c_str(), mode), 0);
    ExpectRefusedEverywhere();
  }
  ASSERT_EQ(chmod(data_.c_str(), 0700), 0);
  EXPECT_TRUE(RocksDatabase::Open(data_, shared_, {}).ok());
}

TEST_F(PrivateDirectoryTest, LinkLeadsToTheDirectoryThatIsJudged) {
  MakeNode();
  std::filesystem::create_directory_symlink(data_, scratch_ / "link");
  EXPECT_TRUE(RocksDatabase::OpenForInspection(scratch_ / "link", shared_).ok());
  ASSERT_EQ(chmod(data_.c_str(), 0755), 0);
  ExpectRefused(RocksDatabase::OpenForInspection(scratch_ / "link", shared_).status(),
                scratch_ / "link");
}

TEST_F(PrivateDirectoryTest, EmptyDirectoryThatIsOpenIsNotFilled) {
  ASSERT_EQ(mkdir(data_.c_str(), 0755), 0);
  ExpectRefused(RocksDatabase::Open(data_, shared_, {.create_if_missing = true}).status(), data_);
  EXPECT_TRUE(std::filesystem::is_empty(data_));
}

TEST_F(PrivateDirectoryTest, NothingIsBackedUpOrPutBackIntoAnOpenDirectory) {
  MakeNode();
  auto database = *RocksDatabase::Open(data_, shared_, {});
  ASSERT_EQ(mkdir(backup_.c_str(), 0755), 0);
  ExpectRefused(BackUp(*database, data_, backup_, shared_).status(), backup_);
  EXPECT_TRUE(std::filesystem::is_empty(backup_));
  ASSERT_EQ(chmod(backup_.c_str(), 0700), 0);
  ASSERT_TRUE(BackUp(*database, data_, backup_, shared_).ok());
  const std::string to = scratch_ / "to";
  ASSERT_EQ(mkdir(to.c_str(), 0750), 0);
  ExpectRefused(RestoreBackup(backup_, {}, to, shared_).status(), to);
  EXPECT_TRUE(std::filesystem::is_empty(to));
}

}  // namespace
}  // namespace liggare::log
