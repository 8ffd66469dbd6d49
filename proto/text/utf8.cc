#include "proto/text/utf8.h"

#include <cstdint>

namespace liggare::text {
namespace {

// What a first byte says: how many bytes follow, its own bits, and the smallest
// code point for which so many bytes are needed.
struct Lead {
  size_t following = 0;
  char32_t bits = 0;
  char32_t smallest = 0;
};

std::optional<Lead> ReadLead(uint8_t byte) {
  if (byte < 0x80) return Lead{0, byte, 0};
  if ((byte & 0xE0) == 0xC0) return Lead{1, char32_t(byte & 0x1F), 0x80};
  if ((byte & 0xF0) == 0xE0) return Lead{2, char32_t(byte & 0x0F), 0x800};
  if ((byte & 0xF8) == 0xF0) return Lead{3, char32_t(byte & 0x07), 0x10000};
  return std::nullopt;
}

bool IsScalarValue(char32_t point) {
  return point <= 0x10FFFF && !(point >= 0xD800 && point <= 0xDFFF);
}

}  // namespace

std::optional<char32_t> TakeCodePoint(std::string_view& text) {
  const auto lead = ReadLead(static_cast<uint8_t>(text[0]));
  if (!lead || text.size() <= lead->following) return std::nullopt;
  char32_t point = lead->bits;
  for (size_t i = 1; i <= lead->following; ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if ((byte & 0xC0) != 0x80) return std::nullopt;
    point = point << 6 | char32_t(byte & 0x3F);
  }
  if (point < lead->smallest || !IsScalarValue(point)) return std::nullopt;
  text.remove_prefix(lead->following + 1);
  return point;
}

std::optional<size_t> FirstByteNotUtf8(std::string_view text) {
  std::string_view rest = text;
  while (!rest.empty()) {
    if (!TakeCodePoint(rest)) return text.size() - rest.size();
  }
  return std::nullopt;
}

bool IsWideText(std::string_view bytes) {
  constexpr size_t kBytes = 2;  // That tell the encoding.
  if (bytes.size() < kBytes) return false;
  const std::string_view first = bytes.substr(0, kBytes);
  if (first == "\xFF\xFE" || first == "\xFE\xFF") return true;
  if (bytes.starts_with(std::string_view("\0\0\xFE\xFF", 4))) return true;
  return (first[0] == '\0') != (first[1] == '\0');
}

std::string_view WithoutByteOrderMark(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

bool IsNoncharacter(char32_t point) {
  return (point >= 0xFDD0 && point <= 0xFDEF) || (point & 0xFFFE) == 0xFFFE;
}

bool IsSpace(char32_t point) {
  if (point >= 0x09 && point <= 0x0D) return true;
  if (point >= 0x2000 && point <= 0x200A) return true;
  constexpr std::u32string_view kOthers = U"\x20\x85\xA0\x1680\x2028\x2029\x202F\x205F\x3000";
  return kOthers.find(point) != std::u32string_view::npos;
}

}  // namespace liggare::text
