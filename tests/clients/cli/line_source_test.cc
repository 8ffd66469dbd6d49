#include "clients/cli/shell/line_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "proto/error/error.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr size_t kBytesMax = 100;

class LineSourceTest : public ::testing::Test {
 protected:
  std::vector<std::string> LinesOf(const std::string& bytes) {
    auto source = LineSource::Open(scratch_.Write("lines", bytes), kBytesMax);
    EXPECT_TRUE(source.ok()) << source.status();
    std::vector<std::string> lines;
    for (LineSource::Line line; source.ok();) {
      const auto more = (*source)->Next(line);
      EXPECT_TRUE(more.ok()) << more.status();
      if (!more.ok() || !*more) break;
      lines.push_back(line.text);
      EXPECT_EQ((*source)->number(), lines.size());
    }
    return lines;
  }
  testing::ScratchDirectory scratch_;
};

TEST_F(LineSourceTest, LinesAreGivenWithAndWithoutALastNewline) {
  EXPECT_THAT(LinesOf("a\n\nb\n"), ElementsAre("a", "", "b"));
  EXPECT_THAT(LinesOf("a\nb"), ElementsAre("a", "b"));
  EXPECT_THAT(LinesOf(""), ElementsAre());
  EXPECT_THAT(LinesOf("\n"), ElementsAre(""));
}

TEST_F(LineSourceTest, ANulIsPartOfItsLine) {
  EXPECT_THAT(LinesOf(std::string("ab\0c\nd", 6)), ElementsAre(std::string("ab\0c", 4), "d"));
}

TEST_F(LineSourceTest, OfALineThatIsTooLongTheBeginningIsKeptAndItsLengthKnown) {
  const std::string file = scratch_.Write("long", std::string(1'000'000, 'x') + "\nnext\n");
  auto source = LineSource::Open(file, kBytesMax);
  ASSERT_TRUE(source.ok());
  LineSource::Line line;
  ASSERT_TRUE(*(*source)->Next(line));
  EXPECT_EQ(line.text.size(), kBytesMax);
  EXPECT_EQ(line.bytes, 1'000'000U);
  ASSERT_TRUE(*(*source)->Next(line));
  EXPECT_EQ(line.text, "next");
  EXPECT_EQ(line.bytes, 4U);
  EXPECT_EQ((*source)->done_bytes(), (*source)->total_bytes());
}

TEST_F(LineSourceTest, WhatCannotBeReadIsNoEmptyFile) {
  const auto missing = LineSource::Open(scratch_ / "missing", kBytesMax);
  EXPECT_EQ(ErrorOf(missing.status()).code(), v1::ERROR_CODE_NOT_FOUND);
  std::filesystem::create_directory(scratch_ / "folder");
  const auto folder = LineSource::Open(scratch_ / "folder", kBytesMax);
  ASSERT_FALSE(folder.ok());
  EXPECT_THAT(std::string(folder.status().message()),
              HasSubstr("folder cannot be read: Is a directory"));
}

TEST_F(LineSourceTest, WideCharactersAreSaidOnce) {
  for (const std::string& bytes : {std::string("\xFF\xFE{\0", 4), std::string("\xFE\xFF\0{", 4),
                                   std::string("{\0\"\0", 4), std::string("\0{\0\"", 4)}) {
    const auto source = LineSource::Open(scratch_.Write("wide", bytes), kBytesMax);
    ASSERT_FALSE(source.ok());
    EXPECT_THAT(std::string(source.status().message()), HasSubstr("is UTF-16"));
  }
}

}  // namespace
}  // namespace liggare::cli
