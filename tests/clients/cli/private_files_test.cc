// What `liggare` writes may hold texts about persons: it is its owner's alone.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "clients/cli/commands/table_export.h"
#include "clients/cli/shell/answer_file.h"
#include "clients/cli/shell/file_text.h"
#include "tests/testing/open_umask.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::cli {
namespace {

using testing::ModeOf;

class PrivateFilesTest : public ::testing::Test {
 protected:
  const testing::OpenUmask umask_;
  testing::ScratchDirectory directory_;
  const std::string file_ = directory_ / "file";
};

TEST_F(PrivateFilesTest, FileIsPrivateUnderAnyUmask) {
  ASSERT_TRUE(WriteFile(file_, "text").ok());
  EXPECT_EQ(ModeOf(file_), 0600u);
  EXPECT_EQ(*ReadFile(file_), "text");
}

TEST_F(PrivateFilesTest, FileThatWasOpenIsClosedBeforeItIsWritten) {
  directory_.Write("file", "a longer text of before");
  chmod(file_.c_str(), 0666);
  ASSERT_TRUE(WriteFile(file_, "text").ok());
  EXPECT_EQ(ModeOf(file_), 0600u);
  EXPECT_EQ(*ReadFile(file_), "text");
}

TEST_F(PrivateFilesTest, WhatIsNoFileStaysAsItIs) {
  const mode_t mode = ModeOf("/dev/null");
  ASSERT_TRUE(WriteFile("/dev/null", "text").ok());
  EXPECT_EQ(ModeOf("/dev/null"), mode);
}

TEST_F(PrivateFilesTest, AnswersAreAppendedToAPrivateFile) {
  directory_.Write("file", "{}\n");
  chmod(file_.c_str(), 0644);
  {
    auto answers = AnswerFile::Open(file_);
    ASSERT_TRUE(answers.ok()) << answers.status();
    (*answers)->WriteRefused(1, {});
  }
  EXPECT_EQ(ModeOf(file_), 0600u);
  EXPECT_EQ(ReadFile(file_)->substr(0, 12), "{}\n{\"line\":1");
}

TEST_F(PrivateFilesTest, WorkbookIsPrivate) {
  for (const bool there_before : {false, true}) {
    if (there_before) chmod(file_.c_str(), 0644);
    std::ostringstream out;
    std::ostringstream err;
    Shell shell(out, err);
    ASSERT_TRUE(ExportTable({.format = "xlsx", .output = file_}, {2024, "se", {}}, shell).ok());
    EXPECT_EQ(ModeOf(file_), 0600u);
  }
}

TEST_F(PrivateFilesTest, NewFolderIsPrivateAndTheUsersOwnStaysAsItIs) {
  ASSERT_TRUE(MakePrivateFolder(directory_ / "new").ok());
  EXPECT_EQ(ModeOf(directory_ / "new"), 0700u);
  chmod((directory_ / "new").c_str(), 0755);
  ASSERT_TRUE(MakePrivateFolder(directory_ / "new").ok());
  EXPECT_EQ(ModeOf(directory_ / "new"), 0755u);
  EXPECT_FALSE(MakePrivateFolder(directory_.Write("file", "") + "/below").ok());
}

TEST_F(PrivateFilesTest, ModeThatIsAskedForIsGivenUnderANarrowUmask) {
  umask(0077);
  ASSERT_TRUE(CreateFile(file_, "public", 0644).ok());
  EXPECT_EQ(ModeOf(file_), 0644u);
}

}  // namespace
}  // namespace liggare::cli
