// Fsck in the other direction: rows that no entry accounts for. The entries have
// counted the rows that are right, so each family is read through once, and row by
// row against the entries only where the numbers differ.
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "eventstore/log/bytes/commitment.h"
#include "eventstore/log/bytes/entry.h"
#include "eventstore/log/bytes/keys.h"
#include "eventstore/log/care/fsck_scope.h"
#include "liggare/v1/entry.pb.h"
#include "proto/text/hex.h"

namespace liggare::log {
namespace {

// Calls `visit` for every row of the family.
void ForEachRow(FsckScope& scope, Family family,
                const std::function<void(std::string_view, std::string_view)>& visit) {
  const auto cursor = scope.database.NewCursor(family);
  for (cursor->Seek(""); cursor->Valid(); cursor->Next()) visit(cursor->key(), cursor->value());
  if (cursor->status().ok()) return;
  scope.Add({.family = FamilyName(family),
             .message = "can't be read on: " + std::string(cursor->status().message())});
}

uint64_t CountRows(FsckScope& scope, Family family) {
  uint64_t count = 0;
  ForEachRow(scope, family, [&](std::string_view, std::string_view) { ++count; });
  return count;
}

using Fault = std::optional<FsckFinding>;

Fault DamagedKey(Family family, std::string_view key) {
  return FsckFinding{.family = FamilyName(family),
                     .message = "row " + text::Hex(key) + " is damaged or of no log"};
}

std::string EntryAt(FsckScope& scope, uint32_t log, uint64_t index) {
  return scope.Get(Family::kEvents, keys::Encode(keys::EventKey{.log = log, .index = index}));
}

// What an index row says of an entry: where it is, and of its id and subject what the
// row knows.
struct Pointer {
  uint32_t log = 0;
  uint64_t index = 0;
  std::string subject = {};
  std::string event_id = {};
};

// What is wrong between a row and the entry that it points to; nothing if they fit.
using Misfit = std::function<std::optional<std::string>(const EntryHeader&)>;

// The entry that a row points to, judged by `misfit`; with the message that is given if
// there is no entry to be judged. One that lies in a damaged block is named as that, by all
// that the row knows, for nothing else can say any more which entry it was.
Fault FaultOfPointer(FsckScope& scope, const Pointer& to, FsckFinding otherwise,
                     const Misfit& misfit) {
  otherwise.log = scope.NameOf(to.log);
  otherwise.index = to.index;
  otherwise.subject = to.subject;
  otherwise.event_id = to.event_id;
  const auto entry = scope.database.Get(
      Family::kEvents, keys::Encode(keys::EventKey{.log = to.log, .index = to.index}));
  if (!entry.ok()) {
    otherwise.family = FamilyName(Family::kEvents);
    otherwise.message = "the entry can't be read";
    return otherwise;
  }
  const std::string bytes = entry->value_or("");
  const auto header = ParseEntryHeader(bytes);
  if (!header.ok()) return otherwise;
  std::optional<std::string> why = misfit(*header);
  if (!why) return std::nullopt;
  otherwise.message = *std::move(why);
  return otherwise;
}

Fault FaultOfIdRow(FsckScope& scope, std::string_view key_bytes, std::string_view value_bytes) {
  const auto key = keys::ParseIdKey(key_bytes);
  const auto value = keys::ParseIdValue(value_bytes);
  if (!key || !value || !scope.names.contains(key->log)) {
    return DamagedKey(Family::kIds, key_bytes);
  }
  const std::string another = "the id row's entry does not have this id";
  return FaultOfPointer(
      scope, {.log = key->log, .index = value->index, .event_id = text::Hex(key->event_id)},
      {.family = "ids", .message = another},
      [&](const EntryHeader& header) -> std::optional<std::string> {
        if (header.data_header.event_id == key->event_id) return std::nullopt;
        return another;
      });
}

// Whether the row of an entry of its subject lies where the entry's writer has it.
std::optional<std::string> SubjectMisfit(FsckScope& scope, const keys::SubjectRow& key,
                                         const EntryHeader& header) {
  const std::string another = "the subject row's entry is not of this subject and clock";
  if (header.data_header.subject != key.subject) return another;
  const auto places = scope.SubjectRowsOf(header, key.log, key.index);
  for (const keys::SubjectRow& place : places) {
    if (place.aside != key.aside) continue;
    if (place.clock != key.clock) return another;
    if (places.size() == 1 || place.aside == places.front().aside) return std::nullopt;
    // Without the rule the other place is right as well, but not both.
    if (scope.Get(Family::kSubjects, keys::Encode(places.front())).empty()) return std::nullopt;
  }
  return "the subject row is not where the entry's writer has it";
}

Fault FaultOfSubjectRow(FsckScope& scope, std::string_view key_bytes) {
  const auto key = keys::ParseSubjectRow(key_bytes);
  if (!key || !scope.names.contains(key->log)) {
    return DamagedKey(Family::kSubjects, key_bytes);
  }
  return FaultOfPointer(
      scope, {.log = key->log, .index = key->index, .subject = std::string(key->subject)},
      {.family = "subjects", .message = "the subject row's entry is not of this subject and clock"},
      [&](const EntryHeader& header) { return SubjectMisfit(scope, *key, header); });
}

// Whether the Received at `own_index` says that the log has this size.
bool ReceivedSays(FsckScope& scope, const keys::KnownKey& key, uint64_t size) {
  const std::string entry = EntryAt(scope, key.own_log, key.own_index);
  const auto header = ParseEntryHeader(entry);
  v1::EntryData data;
  if (!header.ok() || !data.ParseFromString(std::string(header->data))) return false;
  for (const v1::LogState& state : data.received().logs()) {
    if (state.log() == scope.NameOf(key.log) && state.size() == size) return true;
  }
  return false;
}

Fault FaultOfKnownRow(FsckScope& scope, std::string_view key_bytes, std::string_view value) {
  const auto key = keys::ParseKnownKey(key_bytes);
  const auto size = keys::ParseInteger(value);
  if (!key || !size || !scope.names.contains(key->log) || !scope.names.contains(key->own_log)) {
    return DamagedKey(Family::kKnown, key_bytes);
  }
  if (ReceivedSays(scope, *key, *size)) return std::nullopt;
  return FsckFinding{.family = "known",
                     .log = scope.NameOf(key->own_log),
                     .index = key->own_index,
                     .message = "no Received there says that " + scope.NameOf(key->log) +
                                " has size " + std::to_string(*size)};
}

// Whether all entries below the tile are held.
bool IsFull(const keys::TileKey& key, uint64_t size) {
  const int shift = merkle::kTileHeight * (key.id.level + 1);
  return shift < 64 && key.id.number < size >> shift;
}

Fault FaultOfTileRow(FsckScope& scope, std::string_view key_bytes) {
  const auto key = keys::ParseTileKey(key_bytes);
  if (!key || !scope.names.contains(key->log)) {
    return DamagedKey(Family::kTiles, key_bytes);
  }
  if (IsFull(*key, scope.sizes[key->log])) return std::nullopt;
  return FsckFinding{.family = "tiles",
                     .log = scope.NameOf(key->log),
                     .message = "tile " + std::to_string(key->id.number) + " of level " +
                                std::to_string(key->id.level) + " lies beyond the log's end"};
}

// The entry of each commitment.
using Places = std::map<std::string, keys::LogMetaKey, std::less<>>;

// Checks that the entry holds each of the commitments, and collects them.
void CheckCommitments(FsckScope& scope, const keys::LogMetaKey& key, std::string_view commitments,
                      Places& referenced) {
  const std::string entry = EntryAt(scope, key.log, key.position);
  const bool whole = commitments.size() % keys::kCommitmentBytes == 0 && !commitments.empty();
  bool held = whole;
  for (; commitments.size() >= keys::kCommitmentBytes;
       commitments.remove_prefix(keys::kCommitmentBytes)) {
    const std::string_view commitment = commitments.substr(0, keys::kCommitmentBytes);
    held = held && entry.find(commitment) != std::string::npos;
    referenced.emplace(commitment, key);
  }
  if (held) return;
  scope.Add({.family = "meta",
             .log = scope.NameOf(key.log),
             .index = key.position,
             .message = "the entry does not hold the commitments of its row"});
}

void CheckFamily(FsckScope& scope, Family family) {
  ForEachRow(scope, family, [&](std::string_view key, std::string_view value) {
    if (auto fault = FaultOfRow(scope, family, key, value)) scope.Add(*std::move(fault));
  });
}

}  // namespace

std::optional<FsckFinding> FaultOfRow(FsckScope& scope, Family family, std::string_view key,
                                      std::string_view value) {
  switch (family) {
    case Family::kIds:
      return FaultOfIdRow(scope, key, value);
    case Family::kSubjects:
      return FaultOfSubjectRow(scope, key);
    case Family::kKnown:
      return FaultOfKnownRow(scope, key, value);
    case Family::kTiles:
      return FaultOfTileRow(scope, key);
    default:
      return std::nullopt;
  }
}

void CheckRows(FsckScope& scope) {
  if (CountRows(scope, Family::kIds) != scope.id_rows) CheckFamily(scope, Family::kIds);
  if (CountRows(scope, Family::kSubjects) != scope.subject_rows) {
    CheckFamily(scope, Family::kSubjects);
  }
  if (CountRows(scope, Family::kKnown) != scope.known_rows) CheckFamily(scope, Family::kKnown);
  CheckFamily(scope, Family::kTiles);
}

void CheckDisclosures(FsckScope& scope) {
  Places referenced;
  Places missing;
  ForEachRow(scope, Family::kMeta, [&](std::string_view key_bytes, std::string_view value) {
    const auto key = keys::ParseLogMetaKey(key_bytes);
    if (!key || key->tag != keys::kCommitmentsTag) return;
    CheckCommitments(scope, *key, value, referenced);
  });
  missing = referenced;
  ForEachRow(scope, Family::kDisclosures, [&](std::string_view key, std::string_view value) {
    const auto disclosure = keys::ParseDisclosureValue(value);
    const auto place = referenced.find(key);
    missing.erase(std::string(key));
    const bool matches = disclosure && CommitmentOf(disclosure->salt, disclosure->text) == key;
    if (matches && place != referenced.end()) return;
    FsckFinding finding = {.family = "disclosures"};
    finding.message =
        (matches ? "no entry has the commitment " : "the text does not match its commitment ") +
        text::Hex(key);
    if (place != referenced.end()) {
      finding.log = scope.NameOf(place->second.log);
      finding.index = place->second.position;
    }
    scope.Add(std::move(finding));
  });
  for (const auto& [commitment, place] : missing) {
    scope.Add({.family = "disclosures",
               .log = scope.NameOf(place.log),
               .index = place.position,
               .message = "the text behind the commitment " + text::Hex(commitment) +
                          " is missing, and no entry has erased it"});
  }
}

}  // namespace liggare::log
