#include "proto/text/shown_text.h"

#include <optional>

#include "proto/text/utf8.h"

namespace liggare::text {
namespace {

constexpr std::string_view kReplacement = "\uFFFD";

bool IsControl(char32_t point) { return point < 0x20 || (point >= 0x7F && point < 0xA0); }

// Unicode's property Bidi_Control.
bool SetsDirection(char32_t point) {
  return point == 0x061C || point == 0x200E || point == 0x200F ||
         (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
}

// Line and paragraph separator, interlinear annotation, byte order mark, tags.
bool IsInvisible(char32_t point) {
  return point == 0x2028 || point == 0x2029 || (point >= 0xFFF9 && point <= 0xFFFB) ||
         point == 0xFEFF || (point >= 0xE0000 && point <= 0xE007F);
}

bool IsEscaped(char32_t point) {
  return IsControl(point) || SetsDirection(point) || IsInvisible(point) || IsNoncharacter(point);
}

void AppendEscape(char32_t unit, std::string& shown) {
  constexpr char kDigits[] = "0123456789abcdef";
  shown += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) shown += kDigits[unit >> shift & 0xF];
}

void AppendEscaped(char32_t point, std::string& shown) {
  if (point <= 0xFFFF) return AppendEscape(point, shown);
  const char32_t above = point - 0x10000;
  AppendEscape(0xD800 + (above >> 10), shown);
  AppendEscape(0xDC00 + (above & 0x3FF), shown);
}

// Whether the text begins with something that ShownLines leaves as it is.
bool BeginsWithLayout(std::string_view text) {
  return text[0] == '\n' || text[0] == '\t' || text.starts_with("\r\n");
}

std::string Shown(std::string_view text, bool keeps_layout) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const std::string_view before = text;
    if (keeps_layout && BeginsWithLayout(text)) {
      shown += text[0];
      text.remove_prefix(1);
      continue;
    }
    const std::optional<char32_t> point = TakeCodePoint(text);
    if (!point) {
      shown += kReplacement;
      text.remove_prefix(1);
    } else if (IsEscaped(*point)) {
      AppendEscaped(*point, shown);
    } else {
      shown += before.substr(0, before.size() - text.size());
    }
  }
  return shown;
}

}  // namespace

std::string ShownText(std::string_view text) { return Shown(text, /*keeps_layout=*/false); }

std::string ShownLines(std::string_view text) { return Shown(text, /*keeps_layout=*/true); }

}  // namespace liggare::text
