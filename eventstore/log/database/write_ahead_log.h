// What state a file of RocksDB's write-ahead log is in. RocksDB's own reader takes a
// damaged length near the end of a file for a write that a crash cut off, and drops
// what follows without a word; here the two are told apart.
//
//   block of 32 KiB   [ record | record | record … | up to 6 zero bytes ]
//   record            crc32c u32 | length u16 | type u8 | payload    (little-endian)
//
// The format: https://github.com/facebook/rocksdb/wiki/Write-Ahead-Log-File-Format
// Pure functions; safe from any thread. Private to this folder.
#ifndef EVENTSTORE_LOG_DATABASE_WRITE_AHEAD_LOG_H_
#define EVENTSTORE_LOG_DATABASE_WRITE_AHEAD_LOG_H_

#include <cstdint>
#include <string_view>

namespace liggare::log {

enum class WalState {
  kWhole,    // Every record is sound, up to the last byte.
  kTorn,     // The last write was cut off: it was never acknowledged.
  kDamaged,  // Anything else.
};

struct WalVerdict {
  WalState state = WalState::kWhole;
  uint64_t offset = 0;  // Where the first record begins that is not sound.
};

// Judges the bytes of one file. One flipped bit anywhere is kDamaged; what is left
// of a sound file after its end was cut off is kWhole or kTorn.
WalVerdict InspectWriteAheadLog(std::string_view file);

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_DATABASE_WRITE_AHEAD_LOG_H_
