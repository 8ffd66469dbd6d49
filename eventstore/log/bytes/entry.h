// An entry's bytes: what the event store reads of them, and how it writes them.
// proto/liggare/v1/entry.proto is the format.
#ifndef EVENTSTORE_LOG_BYTES_ENTRY_H_
#define EVENTSTORE_LOG_BYTES_ENTRY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/log/bytes/temporary_string.h"

namespace liggare::log {

inline constexpr uint32_t kFormatVersion = 1;
inline constexpr size_t kEventIdBytes = 16;
// The largest entry: C2SP tlog-tiles serves entries with 16 bits of length before each.
// The largest serialised EventData that is recorded leaves room for what the node adds.
inline constexpr size_t kEntryBytesMax = 65'535;
inline constexpr size_t kDataBytesMax = 48 * 1024;
// The logs that one Received names, each with its size and root; the others of the commit
// stand in the next one.
inline constexpr size_t kReceivedLogsBytesMax = 47 * 1024;
inline constexpr size_t kSubjectBytesMax = 400;

// Event types that the event store itself writes and reads.
inline constexpr uint32_t kReceivedType = 100;
inline constexpr uint32_t kEpochOpenedType = 101;
// The payload is the one field of EventData with this number or more.
inline constexpr uint32_t kFirstPayloadField = 100;

// A place in a log.
struct LogIndex {
  std::string log;
  uint64_t index = 0;
  bool operator==(const LogIndex&) const = default;
};

// What the event store knows of the sender's part. Views into the parsed bytes.
struct DataHeader {
  std::string_view event_id;  // kEventIdBytes
  std::string_view subject;
  uint32_t type = 0;  // The payload's field number.
};

// OK, or LIMIT_EXCEEDED for data of more than kDataBytesMax, with what to do instead.
absl::Status CheckDataBytes(size_t bytes);

// Reads the header of a serialised EventData without parsing its payload.
// INVALID_ARGUMENT if the bytes are no message, the id is not 16 bytes, the
// subject is empty, longer than kSubjectBytesMax or has a control byte, a header
// field comes twice, or there is not exactly one payload.
absl::StatusOr<DataHeader> ParseDataHeader(std::string_view data);
template <TemporaryString T>
void ParseDataHeader(T&& temporary) = delete;  // The views would dangle.

// An entry without its sender's part unpacked. Views into the parsed bytes.
struct EntryHeader {
  uint32_t format_version = 0;
  std::string_view log;
  uint64_t index = 0;
  uint64_t clock = 0;
  int64_t recorded_at_ms = 0;
  std::string_view principal;
  std::string_view data;
  DataHeader data_header;
};

// Reads an entry's header. INVALID_ARGUMENT says what is wrong.
absl::StatusOr<EntryHeader> ParseEntryHeader(std::string_view entry);
template <TemporaryString T>
void ParseEntryHeader(T&& temporary) = delete;  // The views would dangle.

// Where an entry stood in an earlier epoch whose end its parent never had.
struct EarlierPlace {
  LogIndex place;
  uint64_t clock = 0;
  int64_t recorded_at_ms = 0;
};

// The parts of an entry that a node records.
struct NewEntry {
  std::string_view log;
  uint64_t index = 0;
  uint64_t clock = 0;
  int64_t recorded_at_ms = 0;
  std::string_view principal;
  const std::vector<LogIndex>* basis = nullptr;  // May be null: none.
  std::string_view data;
  std::string_view sender_signature;
  const EarlierPlace* earlier = nullptr;  // Null: it is recorded for the first time.
};

// The bytes of the entry, to be kept as they are for ever.
std::string EncodeEntry(const NewEntry& entry);

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_BYTES_ENTRY_H_
