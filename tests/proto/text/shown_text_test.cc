#include "proto/text/shown_text.h"

#include <gtest/gtest.h>

#include <string>

#include "proto/text/utf8.h"

namespace liggare::text {
namespace {

TEST(ShownTextTest, OrdinaryTextIsLeftAsItIs) {
  for (const std::string text :
       {"Åmål – 12 345,67 kr", "”citat” ≥65 år", "emoji 👩‍👩‍👧 och é", ""}) {
    EXPECT_EQ(ShownText(text), text);
    EXPECT_EQ(ShownLines(text), text);
  }
}

TEST(ShownTextTest, WhatMovesTheCursorIsEscaped) {
  EXPECT_EQ(ShownText("\x1b[2J\x07"), "\\u001b[2J\\u0007");
  EXPECT_EQ(ShownText("a\x7f"), "a\\u007f");
  EXPECT_EQ(ShownText("\u009b2J"), "\\u009b2J");  // CSI as one character.
  EXPECT_EQ(ShownText(std::string_view("a\0b", 3)), "a\\u0000b");
  EXPECT_EQ(ShownText("a\r"), "a\\u000d");
}

TEST(ShownTextTest, ALineStaysOneLine) {
  EXPECT_EQ(ShownText("id\nMottagen\t1"), "id\\u000aMottagen\\u00091");
  EXPECT_EQ(ShownText("a\u2028b\u2029c\u0085d"), "a\\u2028b\\u2029c\\u0085d");
}

TEST(ShownTextTest, WhatTurnsOrHidesTextIsEscaped) {
  EXPECT_EQ(ShownText("\u202Eabc\u2066"), "\\u202eabc\\u2066");
  EXPECT_EQ(ShownText("\u200F\u061C\uFEFF"), "\\u200f\\u061c\\ufeff");
  EXPECT_EQ(ShownText("\U000E0041"), "\\udb40\\udc41");
  EXPECT_EQ(ShownText("\uFFFF"), "\\uffff");
}

TEST(ShownTextTest, BytesThatAreNotUtf8AreReplaced) {
  EXPECT_EQ(ShownText("M\xF6te"), "M\uFFFDte");
  EXPECT_EQ(ShownText("\xC2"), "\uFFFD");
  EXPECT_EQ(ShownText("\xC2\x1b"), "\uFFFD\\u001b");  // No lead byte hides what follows it.
}

TEST(ShownTextTest, LinesKeepTheirLayoutAndNothingElse) {
  EXPECT_EQ(ShownLines("a\tb\r\nc\n"), "a\tb\r\nc\n");
  EXPECT_EQ(ShownLines("a\rb\n\x1b"), "a\\u000db\n\\u001b");
}

TEST(ShownTextTest, NothingThatIsShownIsEscapedAgain) {
  for (char32_t point = 0; point <= 0xFFFF; ++point) {
    if (point >= 0xD800 && point <= 0xDFFF) continue;
    std::string bytes;
    if (point < 0x80) {
      bytes = static_cast<char>(point);
    } else if (point < 0x800) {
      bytes = {static_cast<char>(0xC0 | point >> 6), static_cast<char>(0x80 | (point & 0x3F))};
    } else {
      bytes = {static_cast<char>(0xE0 | point >> 12), static_cast<char>(0x80 | (point >> 6 & 0x3F)),
               static_cast<char>(0x80 | (point & 0x3F))};
    }
    const std::string shown = ShownText(bytes);
    ASSERT_EQ(ShownText(shown), shown);
    ASSERT_FALSE(FirstByteNotUtf8(shown));
  }
}

}  // namespace
}  // namespace liggare::text
