#include "eventstore/log/bytes/entry.h"

#include <string>

#include "absl/status/status.h"
#include "eventstore/log/bytes/wire_reader.h"
#include "proto/error/error.h"

namespace liggare::log {
namespace {

// Field numbers of Event, Basis and EventData (entry.proto, event.proto).
constexpr uint32_t kEventFormatVersion = 1;
constexpr uint32_t kEventLog = 2;
constexpr uint32_t kEventIndex = 3;
constexpr uint32_t kEventClock = 4;
constexpr uint32_t kEventRecordedAt = 5;
constexpr uint32_t kEventPrincipal = 6;
constexpr uint32_t kEventBasis = 7;
constexpr uint32_t kEventData = 8;
constexpr uint32_t kEventSenderSignature = 9;
constexpr uint32_t kEventEarlier = 10;
constexpr uint32_t kBasisLog = 1;
constexpr uint32_t kBasisIndex = 2;
constexpr uint32_t kEarlierLog = 1;
constexpr uint32_t kEarlierIndex = 2;
constexpr uint32_t kEarlierClock = 3;
constexpr uint32_t kEarlierRecordedAt = 4;
constexpr uint32_t kDataEventId = 1;
constexpr uint32_t kDataSubject = 2;

absl::Status Malformed(const std::string& what) { return absl::InvalidArgumentError(what); }

// Remembers which singular fields have been seen: protobuf would let the last of
// several win, and then two readers could see two different entries.
class SeenFields {
 public:
  bool FirstTime(uint32_t number) {
    const uint32_t bit = 1u << number;
    const bool first = (seen_ & bit) == 0;
    seen_ |= bit;
    return first;
  }

 private:
  uint32_t seen_ = 0;
};

bool HasControlByte(std::string_view text) {
  for (const char c : text) {
    const uint8_t byte = static_cast<uint8_t>(c);
    if (byte < 0x20 || byte == 0x7f) return true;
  }
  return false;
}

absl::Status CheckDataHeader(const DataHeader& header) {
  if (header.event_id.size() != kEventIdBytes) {
    return Malformed("event_id has " + std::to_string(header.event_id.size()) + " bytes, not " +
                     std::to_string(kEventIdBytes));
  }
  if (header.subject.empty()) return Malformed("subject is empty");
  if (header.subject.size() > kSubjectBytesMax) {
    return Malformed("subject is longer than " + std::to_string(kSubjectBytesMax) + " bytes");
  }
  if (HasControlByte(header.subject)) return Malformed("subject has a control character");
  if (header.type == 0) return Malformed("there is no payload");
  return absl::OkStatus();
}

// Reads one field of EventData. False if it contradicts what was read before.
bool TakeDataField(const WireField& field, SeenFields& seen, DataHeader& header) {
  if (field.number >= kFirstPayloadField) {
    if (header.type != 0 || field.type != WireType::kBytes) return false;
    header.type = field.number;
    return true;
  }
  if (field.number != kDataEventId && field.number != kDataSubject) return true;
  if (field.type != WireType::kBytes || !seen.FirstTime(field.number)) return false;
  (field.number == kDataEventId ? header.event_id : header.subject) = field.bytes;
  return true;
}

WireType TypeOfEventField(uint32_t number) {
  switch (number) {
    case kEventFormatVersion:
    case kEventIndex:
    case kEventRecordedAt:
      return WireType::kVarint;
    case kEventClock:
      return WireType::kFixed64;
    default:
      return WireType::kBytes;
  }
}

// Reads one field of Event. False if it contradicts what was read before.
bool TakeEventField(const WireField& field, SeenFields& seen, EntryHeader& header) {
  if (field.number > kEventEarlier) return true;  // Of a later version.
  if (field.type != TypeOfEventField(field.number)) return false;
  if (field.number == kEventBasis) return true;
  if (!seen.FirstTime(field.number)) return false;
  switch (field.number) {
    case kEventFormatVersion:
      header.format_version = static_cast<uint32_t>(field.integer);
      return field.integer <= UINT32_MAX;
    case kEventLog:
      header.log = field.bytes;
      return true;
    case kEventIndex:
      header.index = field.integer;
      return true;
    case kEventClock:
      header.clock = field.integer;
      return true;
    case kEventRecordedAt:
      header.recorded_at_ms = static_cast<int64_t>(field.integer);
      return true;
    case kEventPrincipal:
      header.principal = field.bytes;
      return true;
    case kEventData:
      header.data = field.bytes;
      return true;
    default:
      return true;
  }
}

void AppendVarint(std::string& out, uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

void AppendTag(std::string& out, uint32_t number, WireType type) {
  AppendVarint(out, number << 3 | static_cast<uint32_t>(type));
}

// As proto3 does, fields with their default value are left out.
void AppendInteger(std::string& out, uint32_t number, uint64_t value) {
  if (value == 0) return;
  AppendTag(out, number, WireType::kVarint);
  AppendVarint(out, value);
}

void AppendFixed64(std::string& out, uint32_t number, uint64_t value) {
  if (value == 0) return;
  AppendTag(out, number, WireType::kFixed64);
  for (int i = 0; i < 8; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

void AppendBytes(std::string& out, uint32_t number, std::string_view value) {
  if (value.empty()) return;
  AppendTag(out, number, WireType::kBytes);
  AppendVarint(out, value.size());
  out.append(value);
}

void AppendBasis(std::string& out, const LogIndex& basis) {
  std::string message;
  AppendBytes(message, kBasisLog, basis.log);
  AppendInteger(message, kBasisIndex, basis.index);
  AppendBytes(out, kEventBasis, message);
}

void AppendEarlier(std::string& out, const EarlierPlace& earlier) {
  std::string message;
  AppendBytes(message, kEarlierLog, earlier.place.log);
  AppendInteger(message, kEarlierIndex, earlier.place.index);
  AppendFixed64(message, kEarlierClock, earlier.clock);
  AppendInteger(message, kEarlierRecordedAt, static_cast<uint64_t>(earlier.recorded_at_ms));
  AppendBytes(out, kEventEarlier, message);
}

}  // namespace

absl::Status CheckDataBytes(size_t bytes) {
  if (bytes <= kDataBytesMax) return absl::OkStatus();
  return MakeError(v1::ERROR_CODE_LIMIT_EXCEEDED,
                   {.message = "the event has " + std::to_string(bytes) + " bytes",
                    .field = "data",
                    .expected = "at most " + std::to_string(kDataBytesMax) +
                                " bytes: send it as several events, or its fields as corrections, "
                                "and long words as texts beside it"});
}

absl::StatusOr<DataHeader> ParseDataHeader(std::string_view data) {
  DataHeader header;
  SeenFields seen;
  WireReader reader(data);
  for (WireField field; reader.Next(field);) {
    if (!TakeDataField(field, seen, header)) {
      return Malformed("field " + std::to_string(field.number) +
                       " of the event's data is repeated, of the wrong kind or a second payload");
    }
  }
  if (!reader.ok()) return Malformed("the event's data is not a protobuf message");
  if (absl::Status status = CheckDataHeader(header); !status.ok()) return status;
  return header;
}

absl::StatusOr<EntryHeader> ParseEntryHeader(std::string_view entry) {
  EntryHeader header;
  SeenFields seen;
  WireReader reader(entry);
  for (WireField field; reader.Next(field);) {
    if (!TakeEventField(field, seen, header)) {
      return Malformed("field " + std::to_string(field.number) +
                       " of the entry is repeated or of the wrong kind");
    }
  }
  if (!reader.ok()) return Malformed("the entry is not a protobuf message");
  if (header.format_version == 0) return Malformed("the entry has no format version");
  if (header.log.empty()) return Malformed("the entry names no log");
  auto data_header = ParseDataHeader(header.data);
  if (!data_header.ok()) return data_header.status();
  header.data_header = *data_header;
  return header;
}

std::string EncodeEntry(const NewEntry& entry) {
  constexpr size_t kHeaderBytesTypical = 128;
  std::string out;
  out.reserve(entry.data.size() + entry.log.size() + entry.principal.size() +
              entry.sender_signature.size() + kHeaderBytesTypical);
  AppendInteger(out, kEventFormatVersion, kFormatVersion);
  AppendBytes(out, kEventLog, entry.log);
  AppendInteger(out, kEventIndex, entry.index);
  AppendFixed64(out, kEventClock, entry.clock);
  AppendInteger(out, kEventRecordedAt, static_cast<uint64_t>(entry.recorded_at_ms));
  AppendBytes(out, kEventPrincipal, entry.principal);
  if (entry.basis != nullptr) {
    for (const LogIndex& basis : *entry.basis) AppendBasis(out, basis);
  }
  AppendBytes(out, kEventData, entry.data);
  AppendBytes(out, kEventSenderSignature, entry.sender_signature);
  if (entry.earlier != nullptr) AppendEarlier(out, *entry.earlier);
  return out;
}

}  // namespace liggare::log
