#include "proto/text/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace liggare::text {
namespace {

std::string Encode(char32_t point) {
  std::string bytes;
  if (point < 0x80) {
    bytes += static_cast<char>(point);
  } else if (point < 0x800) {
    bytes += static_cast<char>(0xC0 | point >> 6);
  } else if (point < 0x10000) {
    bytes += static_cast<char>(0xE0 | point >> 12);
    bytes += static_cast<char>(0x80 | (point >> 6 & 0x3F));
  } else {
    bytes += static_cast<char>(0xF0 | point >> 18);
    bytes += static_cast<char>(0x80 | (point >> 12 & 0x3F));
    bytes += static_cast<char>(0x80 | (point >> 6 & 0x3F));
  }
  if (point >= 0x80) bytes += static_cast<char>(0x80 | (point & 0x3F));
  return bytes;
}

TEST(Utf8Test, EveryCodePointIsTakenAndEverySurrogateRefused) {
  for (char32_t point = 0; point <= 0x10FFFF; ++point) {
    const std::string bytes = Encode(point) + "x";
    std::string_view rest = bytes;
    const auto taken = TakeCodePoint(rest);
    if (point >= 0xD800 && point <= 0xDFFF) {
      ASSERT_FALSE(taken.has_value()) << std::hex << static_cast<uint32_t>(point);
      ASSERT_EQ(rest, bytes);
    } else {
      ASSERT_EQ(taken, point);
      ASSERT_EQ(rest, "x");
    }
  }
}

TEST(Utf8Test, CutOverlongAndForeignBytesAreFoundWhereTheyStand) {
  EXPECT_EQ(FirstByteNotUtf8("Åmål"), std::nullopt);
  EXPECT_EQ(FirstByteNotUtf8("ab\xC5"), 2U);            // Cut.
  EXPECT_EQ(FirstByteNotUtf8("a\xC0\x80"), 1U);         // U+0000, overlong.
  EXPECT_EQ(FirstByteNotUtf8("\xE0\x80\xAF"), 0U);      // "/", overlong.
  EXPECT_EQ(FirstByteNotUtf8("\xF4\x90\x80\x80"), 0U);  // Beyond U+10FFFF.
  EXPECT_EQ(FirstByteNotUtf8("M\xF6te"), 1U);           // Windows-1252.
  EXPECT_EQ(FirstByteNotUtf8("\xFF\xFE{"), 0U);         // UTF-16.
}

TEST(Utf8Test, WideTextIsKnownByItsFirstBytes) {
  using std::string_view_literals::operator""sv;
  for (const std::string_view wide : {"\xFF\xFE{\0"sv, "\xFE\xFF\0{"sv, "{\0}\0"sv, "\0{\0}"sv,
                                      "\xFF\xFE\0\0"sv, "\0\0\xFE\xFF"sv, "{\0\0\0"sv}) {
    EXPECT_TRUE(IsWideText(wide));
  }
  for (const std::string_view other : {""sv, "{"sv, "{}"sv, "\0\0"sv, "\uFEFF{}"sv, "\xF6k"sv}) {
    EXPECT_FALSE(IsWideText(other));
  }
}

TEST(Utf8Test, OneByteOrderMarkIsTakenOff) {
  EXPECT_EQ(WithoutByteOrderMark("\uFEFF\uFEFFx"), "\uFEFFx");
  EXPECT_EQ(WithoutByteOrderMark("x\uFEFF"), "x\uFEFF");
}

TEST(Utf8Test, NoncharactersAre66) {
  int count = 0;
  for (char32_t point = 0; point <= 0x10FFFF; ++point) count += IsNoncharacter(point) ? 1 : 0;
  EXPECT_EQ(count, 66);
  EXPECT_TRUE(IsNoncharacter(0xFFFF) && IsNoncharacter(0x10FFFE) && IsNoncharacter(0xFDD0));
  EXPECT_FALSE(IsNoncharacter(0xFFFD) || IsNoncharacter(0xFDCF) || IsNoncharacter(0xFDF0));
}

}  // namespace
}  // namespace liggare::text
