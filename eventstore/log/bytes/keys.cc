#include "eventstore/log/bytes/keys.h"

#include "eventstore/log/bytes/entry.h"

namespace liggare::log::keys {
namespace {

void Append(std::string& out, uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift));
  }
}
void Append32(std::string& out, uint32_t value) { Append(out, value, 4); }
void Append64(std::string& out, uint64_t value) { Append(out, value, 8); }

// Takes integers off the front of bytes that are long enough.
uint64_t Take(std::string_view& bytes, int count) {
  uint64_t value = 0;
  for (int i = 0; i < count; ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  bytes.remove_prefix(count);
  return value;
}
uint32_t Take32(std::string_view& bytes) { return static_cast<uint32_t>(Take(bytes, 4)); }
uint64_t Take64(std::string_view& bytes) { return Take(bytes, 8); }

std::string TaggedKey(char tag, uint32_t log) {
  std::string key(1, tag);
  Append32(key, log);
  return key;
}

}  // namespace

std::string Encode(const EventKey& key) {
  std::string out = LogPrefix(key.log);
  Append64(out, key.index);
  return out;
}

std::optional<EventKey> ParseEventKey(std::string_view key) {
  if (key.size() != 12) return std::nullopt;
  EventKey parsed;
  parsed.log = Take32(key);
  parsed.index = Take64(key);
  return parsed;
}

std::string LogPrefix(uint32_t log) {
  std::string out;
  Append32(out, log);
  return out;
}

std::string Encode(const TileKey& key) {
  std::string out = LogPrefix(key.log);
  Append(out, static_cast<uint64_t>(key.id.level), 1);
  Append64(out, key.id.number);
  return out;
}

std::optional<TileKey> ParseTileKey(std::string_view key) {
  if (key.size() != 13) return std::nullopt;
  TileKey parsed;
  parsed.log = Take32(key);
  parsed.id.level = static_cast<int>(Take(key, 1));
  parsed.id.number = Take64(key);
  return parsed;
}

std::string Encode(const IdKey& key) {
  std::string out;
  out.reserve(kEventIdBytes + 4);
  out.append(key.event_id);
  Append32(out, key.log);
  return out;
}

std::optional<IdKey> ParseIdKey(std::string_view key) {
  if (key.size() != kEventIdBytes + 4) return std::nullopt;
  IdKey parsed;
  parsed.event_id = key.substr(0, kEventIdBytes);
  key.remove_prefix(kEventIdBytes);
  parsed.log = Take32(key);
  return parsed;
}

std::string Encode(const IdValue& value) {
  std::string out;
  out.reserve(8 + kLeafPrefixBytes);
  Append64(out, value.index);
  Append64(out, value.leaf_prefix);
  return out;
}

std::optional<IdValue> ParseIdValue(std::string_view value) {
  if (value.size() != 8 + kLeafPrefixBytes) return std::nullopt;
  IdValue parsed;
  parsed.index = Take64(value);
  parsed.leaf_prefix = Take64(value);
  return parsed;
}

uint64_t LeafPrefix(const merkle::Hash& leaf) {
  std::string_view bytes = merkle::HashBytes(leaf);
  return Take64(bytes);
}

std::string Encode(const SubjectRow& key) {
  std::string out;
  out.reserve(key.subject.size() + 21);
  if (key.aside) out.push_back(kAsideTag);
  out.append(key.subject).push_back('\0');
  if (!key.aside) Append64(out, key.clock);
  Append32(out, key.log);
  Append64(out, key.index);
  return out;
}

std::optional<SubjectRow> ParseSubjectRow(std::string_view key) {
  SubjectRow parsed;
  parsed.aside = !key.empty() && key.front() == kAsideTag;
  if (parsed.aside) key.remove_prefix(1);
  const size_t tail_bytes = parsed.aside ? 12 : 20;
  if (key.size() < tail_bytes + 2) return std::nullopt;
  parsed.subject = key.substr(0, key.size() - tail_bytes - 1);
  key.remove_prefix(parsed.subject.size());
  if (key.front() != '\0' || parsed.subject.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  key.remove_prefix(1);
  if (!parsed.aside) parsed.clock = Take64(key);
  parsed.log = Take32(key);
  parsed.index = Take64(key);
  return parsed;
}

std::string SubjectSeek(std::string_view subject, uint64_t clock) {
  std::string out(subject);
  out.push_back('\0');
  Append64(out, clock);
  return out;
}

std::string SubjectEnd(std::string_view subject) {
  std::string out(subject);
  out.push_back('\x01');  // Subjects have no control byte, so none begins like this.
  return out;
}

std::string EncodeType(uint32_t type) {
  std::string out;
  Append32(out, type);
  return out;
}

std::optional<uint32_t> ParseType(std::string_view value) {
  if (value.size() != 4) return std::nullopt;
  return Take32(value);
}

std::string Encode(const KnownKey& key) {
  std::string out = LogPrefix(key.own_log);
  Append32(out, key.log);
  Append64(out, key.own_index);
  return out;
}

std::optional<KnownKey> ParseKnownKey(std::string_view key) {
  if (key.size() != 16) return std::nullopt;
  KnownKey parsed;
  parsed.own_log = Take32(key);
  parsed.log = Take32(key);
  parsed.own_index = Take64(key);
  return parsed;
}

std::string Encode(const DisclosureValue& value) {
  std::string out(value.salt);
  out.append(value.text);
  return out;
}

std::optional<DisclosureValue> ParseDisclosureValue(std::string_view value) {
  if (value.size() < kSaltBytes) return std::nullopt;
  return DisclosureValue{.salt = value.substr(0, kSaltBytes), .text = value.substr(kSaltBytes)};
}

std::string EncodeInteger(uint64_t value) {
  std::string out;
  Append64(out, value);
  return out;
}

std::optional<uint64_t> ParseInteger(std::string_view value) {
  if (value.size() != 8) return std::nullopt;
  return Take64(value);
}

std::string CheckpointKey(uint32_t log, uint64_t size) {
  std::string key = TaggedKey(kCheckpointTag, log);
  Append64(key, size);
  return key;
}

std::string CommitmentsKey(uint32_t log, uint64_t index) {
  std::string key = TaggedKey(kCommitmentsTag, log);
  Append64(key, index);
  return key;
}

std::string LogNameKey(uint32_t log) { return TaggedKey(kLogNameTag, log); }

std::string SavedNoteKey(std::string_view key) { return std::string(1, kSavedNoteTag).append(key); }

std::string FrozenKey(uint32_t log) { return TaggedKey(kFrozenTag, log); }

std::string Encode(const ErasedKey& key) {
  std::string out(1, kErasedTag);
  out.append(key.commitment).append(key.subject).push_back('\0');
  out.append(key.path);
  return out;
}

std::optional<ErasedKey> ParseErasedKey(std::string_view key) {
  if (key.size() <= 1 + kCommitmentBytes || key.front() != kErasedTag) return std::nullopt;
  key.remove_prefix(1);
  const size_t end = key.find('\0', kCommitmentBytes);
  if (end == std::string_view::npos || end + 1 == key.size()) return std::nullopt;
  return ErasedKey{.commitment = key.substr(0, kCommitmentBytes),
                   .subject = key.substr(kCommitmentBytes, end - kCommitmentBytes),
                   .path = key.substr(end + 1)};
}

std::string_view PathOfLog(std::string_view log) { return log.substr(0, log.rfind('@')); }

std::vector<std::string> ErasedKeysOf(std::string_view commitment, std::string_view subject,
                                      std::string_view log) {
  std::vector<std::string> found;
  for (std::string_view path = PathOfLog(log); !path.empty();) {
    found.push_back(Encode(ErasedKey{.commitment = commitment, .subject = subject, .path = path}));
    const size_t slash = path.rfind('/');
    path = slash == std::string_view::npos ? "" : path.substr(0, slash);
  }
  return found;
}

std::string Encode(const ErasedValue& value) {
  std::string out;
  Append64(out, value.index);
  out.append(value.log);
  return out;
}

std::optional<ErasedValue> ParseErasedValue(std::string_view value) {
  if (value.size() <= 8) return std::nullopt;
  ErasedValue parsed;
  parsed.index = Take64(value);
  parsed.log = value;
  return parsed;
}

std::string SealKey(std::string_view key) { return std::string(1, kSealTag).append(key); }

std::string SealOf(std::string_view key, std::string_view value) {
  std::string sealed;
  Append32(sealed, static_cast<uint32_t>(key.size()));
  sealed.append(key).append(value);
  return EncodeInteger(LeafPrefix(merkle::LeafHash(sealed)));
}

std::optional<LogMetaKey> ParseLogMetaKey(std::string_view key) {
  if (key.empty()) return std::nullopt;
  LogMetaKey parsed;
  parsed.tag = key.front();
  key.remove_prefix(1);
  const bool has_position = parsed.tag == kCheckpointTag || parsed.tag == kCommitmentsTag;
  const bool has_log = has_position || parsed.tag == kLogNameTag || parsed.tag == kFrozenTag;
  if (!has_log || key.size() != (has_position ? 12u : 4u)) return std::nullopt;
  parsed.log = Take32(key);
  if (has_position) parsed.position = Take64(key);
  return parsed;
}

}  // namespace liggare::log::keys
