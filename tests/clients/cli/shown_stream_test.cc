#include "clients/cli/shell/shown_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace liggare::cli {
namespace {

using ::testing::HasSubstr;

TEST(ShownStreamTest, WhatIsWrittenIsShown) {
  std::ostringstream sink;
  {
    ShownStream stream(sink);
    stream << "Åmål\t" << '\x1b' << "[2J\n" << std::flush << "slut";
  }
  EXPECT_EQ(sink.str(), "Åmål\t\\u001b[2J\nslut");
}

TEST(ShownStreamTest, ACharacterMayComeInParts) {
  std::ostringstream sink;
  ShownStream stream(sink);
  stream << "\xC3";
  stream << "\xA5\n";
  EXPECT_EQ(sink.str(), "å\n");
}

TEST(ShownStreamTest, AByteOrderMarkStandsAtTheBeginningOnly) {
  std::ostringstream sink;
  ShownStream stream(sink);
  stream << "\uFEFFkod;rad\r\n\uFEFFx\n";
  EXPECT_EQ(sink.str(), "\uFEFFkod;rad\r\n\\ufeffx\n");
}

TEST(ShownStreamTest, AFullDiskIsAnError) {
  std::ofstream full("/dev/full");
  ASSERT_TRUE(full.is_open());
  ShownStream stream(full);
  stream << std::string(100'000, 'x') << "\n";
  const absl::Status status = stream.Finish("standard output");
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("standard output cannot be written: No space left on device"));
}

TEST(ShownStreamTest, WhatCouldBeWrittenIsNoError) {
  std::ostringstream sink;
  ShownStream stream(sink);
  stream << "text";
  EXPECT_TRUE(stream.Finish("standard output").ok());
}

}  // namespace
}  // namespace liggare::cli
