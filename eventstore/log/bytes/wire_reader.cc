#include "eventstore/log/bytes/wire_reader.h"

namespace liggare::log {

bool WireReader::ReadVarint(uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const uint8_t byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    if (shift == 63 && byte > 1) return false;
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

bool WireReader::ReadFixed(int bytes, uint64_t& value) {
  if (rest_.size() < static_cast<size_t>(bytes)) return false;
  value = 0;
  for (int i = bytes - 1; i >= 0; --i) value = value << 8 | static_cast<uint8_t>(rest_[i]);
  rest_.remove_prefix(bytes);
  return true;
}

bool WireReader::ReadValue(WireField& field) {
  switch (field.type) {
    case WireType::kVarint:
      return ReadVarint(field.integer);
    case WireType::kFixed64:
      return ReadFixed(8, field.integer);
    case WireType::kFixed32:
      return ReadFixed(4, field.integer);
    case WireType::kBytes:
      if (!ReadVarint(field.integer) || field.integer > rest_.size()) return false;
      field.bytes = rest_.substr(0, field.integer);
      rest_.remove_prefix(field.integer);
      return true;
  }
  return false;  // Groups are of another age.
}

bool WireReader::Next(WireField& field) {
  if (!ok_ || rest_.empty()) return false;
  constexpr uint64_t kFieldNumberMax = (1 << 29) - 1;
  uint64_t tag = 0;
  ok_ = ReadVarint(tag) && tag >> 3 >= 1 && tag >> 3 <= kFieldNumberMax;
  if (!ok_) return false;
  field.number = static_cast<uint32_t>(tag >> 3);
  field.type = static_cast<WireType>(tag & 7);
  ok_ = ReadValue(field);
  return ok_;
}

}  // namespace liggare::log
