#include "eventstore/log/database/write_ahead_log.h"

#include <algorithm>
#include <array>
#include <optional>

namespace liggare::log {
namespace {

constexpr size_t kBlockBytes = 32 * 1024;
constexpr size_t kHeaderBytes = 7;
enum RecordType : uint8_t { kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

constexpr std::array<uint32_t, 256> MakeCrcTable() {
  constexpr uint32_t kCastagnoli = 0x82f63b78;
  std::array<uint32_t, 256> table = {};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kCastagnoli : 0);
    table[i] = crc;
  }
  return table;
}
constexpr std::array<uint32_t, 256> kCrcTable = MakeCrcTable();

// RFC 3720, B.4; not yet inverted at the end.
uint32_t ExtendCrc(uint32_t crc, std::string_view bytes) {
  for (const char c : bytes) crc = (crc >> 8) ^ kCrcTable[(crc ^ static_cast<uint8_t>(c)) & 0xff];
  return crc;
}

// As RocksDB stores a CRC: rotated and offset, so that a CRC of bytes that hold CRCs
// is no problem.
uint32_t Masked(uint32_t crc) {
  crc = ~crc;
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

uint32_t ReadLittleEndian(std::string_view bytes) {
  uint32_t value = 0;
  for (size_t i = bytes.size(); i > 0; --i) value = value << 8 | static_cast<uint8_t>(bytes[i - 1]);
  return value;
}

struct Record {
  uint32_t crc = 0;
  size_t payload_bytes = 0;
  uint8_t type = 0;
};

// The header at `offset`, if one may stand there.
std::optional<Record> HeaderAt(std::string_view file, size_t offset) {
  const size_t block_left = kBlockBytes - offset % kBlockBytes;
  if (block_left < kHeaderBytes || file.size() - offset < kHeaderBytes) return std::nullopt;
  return Record{.crc = ReadLittleEndian(file.substr(offset, 4)),
                .payload_bytes = ReadLittleEndian(file.substr(offset + 4, 2)),
                .type = static_cast<uint8_t>(file[offset + 6])};
}

// The most bytes that a payload at `offset` can have.
size_t PayloadBytesMax(std::string_view file, size_t offset) {
  const size_t block_left = kBlockBytes - offset % kBlockBytes;
  return std::min(block_left, file.size() - offset) - kHeaderBytes;
}

bool IsSound(std::string_view file, size_t offset, const Record& record) {
  if (record.type < kFull || record.type > kLast) return false;
  if (record.payload_bytes > PayloadBytesMax(file, offset)) return false;
  return Masked(ExtendCrc(~0u, file.substr(offset + 6, 1 + record.payload_bytes))) == record.crc;
}

bool IsSoundAt(std::string_view file, size_t offset) {
  const auto record = HeaderAt(file, offset);
  return record && IsSound(file, offset, *record);
}

// Whether some record after `offset` is sound. One begins wherever a block does.
bool HasSoundRecordAfter(std::string_view file, size_t offset) {
  const size_t next_block = (offset / kBlockBytes + 1) * kBlockBytes;
  for (size_t at = offset + 1; at < std::min(next_block, file.size()); ++at) {
    if (IsSoundAt(file, at)) return true;
  }
  for (size_t at = next_block; at < file.size(); at += kBlockBytes) {
    if (IsSoundAt(file, at)) return true;
  }
  return false;
}

// Whether the record at `offset` is whole but for its length: the CRC, which does not
// cover that, is right for another one.
bool IsSoundAtAnotherLength(std::string_view file, size_t offset, const Record& record) {
  uint32_t crc = ExtendCrc(~0u, file.substr(offset + 6, 1));
  const size_t payload_bytes_max = PayloadBytesMax(file, offset);
  for (size_t n = 0; n <= payload_bytes_max; ++n) {
    if (Masked(crc) == record.crc) return true;
    if (n < payload_bytes_max) crc = ExtendCrc(crc, file.substr(offset + kHeaderBytes + n, 1));
  }
  return false;
}

// What the first record that is not sound means.
WalState JudgeUnsound(std::string_view file, size_t offset) {
  const std::string_view rest = file.substr(offset);
  const bool only_zeros = rest.find_first_not_of('\0') == std::string_view::npos;
  if (only_zeros) return WalState::kTorn;
  if (HasSoundRecordAfter(file, offset)) return WalState::kDamaged;
  const auto record = HeaderAt(file, offset);
  if (!record) return WalState::kTorn;
  if (IsSoundAtAnotherLength(file, offset, *record)) return WalState::kDamaged;
  const bool ends_within = record->payload_bytes <= PayloadBytesMax(file, offset);
  return ends_within ? WalState::kDamaged : WalState::kTorn;
}

}  // namespace

WalVerdict InspectWriteAheadLog(std::string_view file) {
  size_t record_begin = 0;  // Of a record in several parts: its first.
  bool in_parts = false;
  for (size_t offset = 0; offset < file.size();) {
    const size_t block_left = kBlockBytes - offset % kBlockBytes;
    if (block_left < kHeaderBytes) {
      offset += block_left;
      continue;
    }
    const auto record = HeaderAt(file, offset);
    if (!record || !IsSound(file, offset, *record)) {
      return {.state = JudgeUnsound(file, offset), .offset = in_parts ? record_begin : offset};
    }
    const bool begins = record->type == kFull || record->type == kFirst;
    if (begins == in_parts) return {.state = WalState::kDamaged, .offset = offset};
    if (begins) record_begin = offset;
    in_parts = record->type == kFirst || record->type == kMiddle;
    offset += kHeaderBytes + record->payload_bytes;
  }
  if (in_parts) return {.state = WalState::kTorn, .offset = record_begin};
  return {};
}

}  // namespace liggare::log
