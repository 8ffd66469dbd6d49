#include "eventstore/note/utf8.h"

#include <cstdint>

#include "proto/text/utf8.h"

namespace liggare::note {
namespace {

bool IsControl(char32_t point) { return point < 0x20; }

}  // namespace

bool IsNoteText(std::string_view text) {
  while (!text.empty()) {
    const auto byte = static_cast<uint8_t>(text[0]);
    if (byte >= 0x20 && byte < 0x80) {  // Almost all of it.
      text.remove_prefix(1);
      continue;
    }
    const auto point = text::TakeCodePoint(text);
    if (!point || (IsControl(*point) && *point != U'\n')) return false;
  }
  return true;
}

bool IsKeyName(std::string_view text) {
  if (text.empty()) return false;
  while (!text.empty()) {
    const auto point = text::TakeCodePoint(text);
    if (!point || IsControl(*point) || text::IsSpace(*point) || *point == U'+') return false;
  }
  return true;
}

}  // namespace liggare::note
