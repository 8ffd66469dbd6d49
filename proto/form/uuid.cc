#include "proto/form/uuid.h"

#include "proto/text/hex.h"

namespace liggare::form {
namespace {

constexpr size_t kUuidTextBytes = 36;

bool IsDash(size_t position) {
  return position == 8 || position == 13 || position == 18 || position == 23;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string UuidText(std::string_view bytes) {
  std::string text;
  text.reserve(kUuidTextBytes);
  for (const char digit : text::Hex(bytes)) {
    if (IsDash(text.size())) text += '-';
    text += digit;
  }
  return text;
}

std::optional<std::string> UuidBytes(std::string_view text) {
  if (text.size() != kUuidTextBytes) return std::nullopt;
  std::string bytes;
  bytes.reserve(kUuidBytes);
  int high = -1;
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsDash(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int digit = HexDigit(text[i]);
    if (digit < 0) return std::nullopt;
    if (high < 0) {
      high = digit;
    } else {
      bytes += static_cast<char>(high * 16 + digit);
      high = -1;
    }
  }
  return bytes;
}

std::string MakeUuid7(int64_t unix_ms, const std::array<uint8_t, 10>& random) {
  std::string bytes(kUuidBytes, '\0');
  for (int i = 0; i < 6; ++i) bytes[i] = static_cast<char>(unix_ms >> (8 * (5 - i)));
  for (size_t i = 0; i < random.size(); ++i) bytes[6 + i] = static_cast<char>(random[i]);
  bytes[6] = static_cast<char>(0x70 | (random[0] & 0x0f));
  bytes[8] = static_cast<char>(0x80 | (random[2] & 0x3f));
  return bytes;
}

bool IsUuid7(std::string_view bytes) {
  return bytes.size() == kUuidBytes && (static_cast<uint8_t>(bytes[6]) >> 4) == 7 &&
         (static_cast<uint8_t>(bytes[8]) >> 6) == 2;
}

}  // namespace liggare::form
