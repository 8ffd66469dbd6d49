// How keys and the small values beside them are encoded. Only this file and
// entry.cc know persisted bytes; docs/storage_format.md describes them.
//
// Integers are big-endian, so that byte order is the order of the numbers. A log
// number is local to one database; names are what leaves it.
//
// Pure functions; safe from any thread. Private to this folder.
#ifndef EVENTSTORE_LOG_BYTES_KEYS_H_
#define EVENTSTORE_LOG_BYTES_KEYS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eventstore/log/bytes/temporary_string.h"
#include "eventstore/merkle/hash.h"
#include "eventstore/merkle/tree.h"

namespace liggare::log::keys {

// The format of a data directory (docs/storage_format.md). 1 had no seals.
inline constexpr uint64_t kDirectoryFormat = 2;
inline constexpr uint64_t kDirectoryFormatWithoutSeals = 1;

// The first log number that is given out: the own log of a new directory.
inline constexpr uint32_t kFirstLogNumber = 1;

// events: log number, index -> the entry's bytes.
struct EventKey {
  uint32_t log = 0;
  uint64_t index = 0;
  bool operator==(const EventKey&) const = default;
};
std::string Encode(const EventKey& key);
std::optional<EventKey> ParseEventKey(std::string_view key);
// What every key of one log begins with (events, tiles, known).
std::string LogPrefix(uint32_t log);

// tiles: log number, level, tile number -> 256 hashes.
struct TileKey {
  uint32_t log = 0;
  merkle::TileId id;
  bool operator==(const TileKey&) const = default;
};
std::string Encode(const TileKey& key);
std::optional<TileKey> ParseTileKey(std::string_view key);

// ids: event id, log number -> index, beginning of the leaf hash.
struct IdKey {
  std::string_view event_id;
  uint32_t log = 0;
};
std::string Encode(const IdKey& key);
std::optional<IdKey> ParseIdKey(std::string_view key);
template <TemporaryString T>
void ParseIdKey(T&& temporary) = delete;

// The leaf hash's first bytes let a changed entry be named exactly, and are
// checked before an open tile is rebuilt from entries.
inline constexpr size_t kLeafPrefixBytes = 8;
struct IdValue {
  uint64_t index = 0;
  uint64_t leaf_prefix = 0;
  bool operator==(const IdValue&) const = default;
};
std::string Encode(const IdValue& value);
std::optional<IdValue> ParseIdValue(std::string_view value);
uint64_t LeafPrefix(const merkle::Hash& leaf);

// subjects: subject, 0, clock, log number, index -> event type. Of a writer who may
// write nothing about the subject: kAsideTag, subject, 0, log number, index.
struct SubjectRow {
  std::string_view subject;
  uint64_t clock = 0;  // 0 aside.
  uint32_t log = 0;
  uint64_t index = 0;
  bool aside = false;
};
std::string Encode(const SubjectRow& key);
std::optional<SubjectRow> ParseSubjectRow(std::string_view key);
template <TemporaryString T>
void ParseSubjectRow(T&& temporary) = delete;
// Seek target: the smallest possible key of this subject with at least this clock.
std::string SubjectSeek(std::string_view subject, uint64_t clock);
// Greater than every key of the subject, not greater than any of a later one.
std::string SubjectEnd(std::string_view subject);
// A subject has no control byte: no other row begins with it, and all such come first.
inline constexpr char kAsideTag = '\x01';
// Not greater than any row that is not aside, greater than all that are.
inline constexpr std::string_view kAsideEnd = "\x02";
std::string EncodeType(uint32_t type);
std::optional<uint32_t> ParseType(std::string_view value);

// known: number of an own log, number of another, index in the own -> size.
struct KnownKey {
  uint32_t own_log = 0;
  uint32_t log = 0;
  uint64_t own_index = 0;
  bool operator==(const KnownKey&) const = default;
};
std::string Encode(const KnownKey& key);
std::optional<KnownKey> ParseKnownKey(std::string_view key);

// disclosures: commitment -> salt, text.
inline constexpr size_t kCommitmentBytes = 32;
inline constexpr size_t kSaltBytes = 32;
struct DisclosureValue {
  std::string_view salt;
  std::string_view text;
};
std::string Encode(const DisclosureValue& value);
std::optional<DisclosureValue> ParseDisclosureValue(std::string_view value);
template <TemporaryString T>
void ParseDisclosureValue(T&& temporary) = delete;

// meta: what is said once.
inline constexpr std::string_view kFormatVersionKey = "!format";
inline constexpr std::string_view kPathKey = "!path";
inline constexpr std::string_view kTrustDomainKey = "!trust_domain";
inline constexpr std::string_view kInstanceIdKey = "!instance";
inline constexpr std::string_view kBootCountKey = "!boots";
inline constexpr std::string_view kRepairKey = "!repairing";
// How many commits have erased texts, and of how many the files are free.
inline constexpr std::string_view kErasuresKey = "!erasures";
inline constexpr std::string_view kPurgedKey = "!purged";
std::string EncodeInteger(uint64_t value);
std::optional<uint64_t> ParseInteger(std::string_view value);

// meta: by the first byte of the key.
inline constexpr char kCheckpointTag = 'c';   // log number, size -> signed note
inline constexpr char kCommitmentsTag = 'd';  // log number, index -> commitments
inline constexpr char kErasedTag = 'e';       // commitment, subject, path -> who erased it
inline constexpr char kLogNameTag = 'l';      // log number -> name
inline constexpr char kSavedNoteTag = 'n';    // key -> value
inline constexpr char kSealTag = 's';         // key of a row of meta -> its seal
inline constexpr char kFrozenTag = 'z';       // log number -> evidence
std::string CheckpointKey(uint32_t log, uint64_t size);
std::string CommitmentsKey(uint32_t log, uint64_t index);
std::string LogNameKey(uint32_t log);
std::string SavedNoteKey(std::string_view key);
std::string FrozenKey(uint32_t log);

// meta: texts of a subject that are erased, by commitment, where they stand in a log of the
// node at `path` or of one below it -> the entry of that node that ordered it.
struct ErasedKey {
  std::string_view commitment;
  std::string_view subject;
  std::string_view path;
};
std::string Encode(const ErasedKey& key);
std::optional<ErasedKey> ParseErasedKey(std::string_view key);
template <TemporaryString T>
void ParseErasedKey(T&& temporary) = delete;
// The keys of those who may erase a text in an entry of `log`: its node, then those above.
std::vector<std::string> ErasedKeysOf(std::string_view commitment, std::string_view subject,
                                      std::string_view log);
// Of <path>@<epoch>.
std::string_view PathOfLog(std::string_view log);
struct ErasedValue {
  uint64_t index = 0;
  std::string_view log;  // By name: the entry may be in none of the logs that are held.
};
std::string Encode(const ErasedValue& value);
std::optional<ErasedValue> ParseErasedValue(std::string_view value);
template <TemporaryString T>
void ParseErasedValue(T&& temporary) = delete;

// Nothing implies most rows of meta, so each has a seal beside it: a changed, lost or
// added row can be named. A seal has none.
inline constexpr size_t kSealBytes = 8;
std::string SealKey(std::string_view key);
std::string SealOf(std::string_view key, std::string_view value);
inline bool IsSealKey(std::string_view key) { return !key.empty() && key.front() == kSealTag; }

// A meta key that begins with a tag and a log number. `position` is the size of
// a checkpoint, the index of commitments, otherwise 0.
struct LogMetaKey {
  char tag = 0;
  uint32_t log = 0;
  uint64_t position = 0;
};
std::optional<LogMetaKey> ParseLogMetaKey(std::string_view key);

}  // namespace liggare::log::keys

#endif  // EVENTSTORE_LOG_BYTES_KEYS_H_
