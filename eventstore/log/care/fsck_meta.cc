// Fsck of meta: what the directory says of itself, names, checkpoints.
#include <algorithm>
#include <utility>

#include "eventstore/log/bytes/entry.h"
#include "eventstore/log/bytes/keys.h"
#include "eventstore/log/care/fsck_scope.h"
#include "eventstore/note/checkpoint.h"
#include "proto/text/hex.h"

namespace liggare::log {
namespace {

constexpr size_t kInstanceIdBytes = 16;

FsckFinding MetaFinding(std::string log, std::string message) {
  return {.family = "meta", .log = std::move(log), .message = std::move(message)};
}

void CheckIdentity(FsckScope& scope) {
  const auto version = keys::ParseInteger(scope.Get(Family::kMeta, keys::kFormatVersionKey));
  scope.has_seals = version != keys::kDirectoryFormatWithoutSeals;
  if (!version || (scope.has_seals && *version != keys::kDirectoryFormat)) {
    scope.Add(MetaFinding("", version ? "the format version is " + std::to_string(*version)
                                      : "the format version is missing"));
  }
  scope.report.path = scope.Get(Family::kMeta, keys::kPathKey);
  scope.report.trust_domain = scope.Get(Family::kMeta, keys::kTrustDomainKey);
  if (scope.report.path.empty()) scope.Add(MetaFinding("", "the node's path is missing"));
  if (scope.report.trust_domain.empty()) scope.Add(MetaFinding("", "the trust domain is missing"));
  const auto& expected = scope.options.trust_domain;
  if (expected && *expected != scope.report.trust_domain) {
    scope.Add(
        MetaFinding("", "the trust domain is " + scope.report.trust_domain + ", not " + *expected));
  }
  if (scope.Get(Family::kMeta, keys::kInstanceIdKey).size() != kInstanceIdBytes) {
    scope.Add(MetaFinding("", "the instance id is missing or damaged"));
  }
  if (!keys::ParseInteger(scope.Get(Family::kMeta, keys::kBootCountKey))) {
    scope.Add(MetaFinding("", "the boot count is missing or damaged"));
  }
}

bool IsLogName(std::string_view name) {
  const size_t at = name.rfind('@');
  return at != std::string_view::npos && at > 0 && at + 1 < name.size() &&
         name.find_first_not_of("0123456789", at + 1) == std::string_view::npos;
}

void TakeName(FsckScope& scope, uint32_t number, std::string name) {
  if (!IsLogName(name)) {
    scope.Add(MetaFinding("", "log number " + std::to_string(number) + " has a damaged name"));
  }
  const auto [other, is_new] = scope.numbers.emplace(name, number);
  if (!is_new) {
    scope.Add(MetaFinding(name, "the name has the numbers " + std::to_string(other->second) +
                                    " and " + std::to_string(number)));
  }
  scope.names.emplace(number, std::move(name));
}

void ReadNames(FsckScope& scope) {
  const auto cursor = scope.database.NewCursor(Family::kMeta);
  uint32_t expected = keys::kFirstLogNumber;
  for (cursor->Seek(std::string(1, keys::kLogNameTag)); cursor->Valid(); cursor->Next()) {
    const auto key = keys::ParseLogMetaKey(cursor->key());
    if (!key || key->tag != keys::kLogNameTag) break;
    if (key->log != expected) {
      scope.Add(MetaFinding("", "log number " + std::to_string(expected) + " has no name"));
    }
    expected = key->log + 1;
    TakeName(scope, key->log, std::string(cursor->value()));
  }
  if (!cursor->status().ok()) scope.Add(MetaFinding("", std::string(cursor->status().message())));
  const bool has_own = std::any_of(scope.names.begin(), scope.names.end(),
                                   [&](const auto& log) { return scope.IsOwn(log.first); });
  if (!has_own)
    scope.Add(MetaFinding("", "there is no log of the node's path " + scope.report.path));
}

// What is wrong with a stored checkpoint; empty if nothing.
std::string TakeCheckpoint(FsckScope& scope, const keys::LogMetaKey& key, std::string_view bytes) {
  const auto note = note::ParseNote(bytes);
  if (!note.ok()) return std::string(note.status().message());
  const auto checkpoint = note::ParseCheckpoint(note->text);
  if (!checkpoint.ok()) return std::string(checkpoint.status().message());
  if (checkpoint->origin != scope.report.trust_domain + "/" + scope.NameOf(key.log)) {
    return "it is of " + checkpoint->origin;
  }
  if (checkpoint->size != key.position) return "it says " + std::to_string(checkpoint->size);
  scope.claims[key.log].push_back(
      {.size = checkpoint->size, .root = checkpoint->root, .source = "the stored checkpoint"});
  return "";
}

void TakeNote(FsckScope& scope, std::string_view key, std::string_view value) {
  if (scope.options.keys == nullptr) return;
  for (const auto& found : scope.options.keys->InNote(key, value)) scope.TakeKey(found);
}

bool IsKnownWord(std::string_view key) {
  return key == keys::kFormatVersionKey || key == keys::kPathKey || key == keys::kTrustDomainKey ||
         key == keys::kInstanceIdKey || key == keys::kBootCountKey || key == keys::kErasuresKey ||
         key == keys::kPurgedKey;
}

// What is wrong with the row of an erased text; empty if nothing.
std::string FaultOfErased(FsckScope& scope, std::string_view key_bytes, std::string_view value) {
  const auto key = keys::ParseErasedKey(key_bytes);
  const auto by = keys::ParseErasedValue(value);
  if (!key || !by) return "it is damaged";
  ++scope.report.texts_erased;
  if (keys::PathOfLog(by->log) != key->path) {
    return "the entry that ordered it is of " + std::string(by->log);
  }
  const auto number = scope.numbers.find(by->log);
  if (number == scope.numbers.end()) return "";  // It came without its log.
  const std::string entry = scope.Get(
      Family::kEvents, keys::Encode(keys::EventKey{.log = number->second, .index = by->index}));
  const auto header = ParseEntryHeader(entry);
  if (header.ok() && header->data_header.subject == key->subject) return "";
  return "the entry that ordered it, " + std::to_string(by->index) + " of " + std::string(by->log) +
         ", is not of this subject";
}

// What is wrong with the row itself; empty if nothing.
std::string TakeRow(FsckScope& scope, std::string_view key_bytes, std::string_view value) {
  if (key_bytes.substr(0, 1) == "!") {
    if (key_bytes == keys::kRepairKey) return "a repair was begun and not finished";
    return IsKnownWord(key_bytes) ? "" : "the key is unknown";
  }
  if (!key_bytes.empty() && key_bytes.front() == keys::kSavedNoteTag) {
    TakeNote(scope, key_bytes.substr(1), value);
    return "";
  }
  if (!key_bytes.empty() && key_bytes.front() == keys::kErasedTag) {
    return FaultOfErased(scope, key_bytes, value);
  }
  const auto key = keys::ParseLogMetaKey(key_bytes);
  if (!key) return "the key is unknown";
  if (!scope.names.contains(key->log)) return "its log has no name";
  return key->tag == keys::kCheckpointTag ? TakeCheckpoint(scope, *key, value) : "";
}

// What a row is, for people.
std::string Describe(const FsckScope& scope, std::string_view key_bytes) {
  if (key_bytes.substr(0, 1) == "!")
    return "what is said once, " + std::string(key_bytes.substr(1));
  if (!key_bytes.empty() && key_bytes.front() == keys::kSavedNoteTag) {
    return "the saved note " + std::string(key_bytes.substr(1));
  }
  if (const auto erased = keys::ParseErasedKey(key_bytes)) {
    return "that the text " + text::Hex(erased->commitment) + " of " +
           std::string(erased->subject) + " is erased";
  }
  const auto key = keys::ParseLogMetaKey(key_bytes);
  if (!key) return "the row " + text::Hex(key_bytes);
  const std::string of_log = " of " + scope.NameOf(key->log);
  switch (key->tag) {
    case keys::kCheckpointTag:
      return "the checkpoint" + of_log + " at " + std::to_string(key->position);
    case keys::kCommitmentsTag:
      return "the commitments" + of_log + " " + std::to_string(key->position);
    case keys::kLogNameTag:
      return "the name" + of_log;
    default:
      return "the evidence on which the log was frozen," + of_log;
  }
}

void AddRowFinding(FsckScope& scope, std::string_view key_bytes, const std::string& fault) {
  const auto key = keys::ParseLogMetaKey(key_bytes);
  FsckFinding finding =
      MetaFinding(key ? scope.NameOf(key->log) : "", Describe(scope, key_bytes) + ": " + fault);
  if (key && key->tag == keys::kCommitmentsTag) finding.index = key->position;
  scope.Add(std::move(finding));
}

// What the seal says of the row; empty if nothing.
std::string FaultOfSeal(FsckScope& scope, std::string_view key, std::string_view value) {
  if (!scope.has_seals) return "";
  const std::string seal = scope.Get(Family::kMeta, keys::SealKey(key));
  if (seal.empty()) return "it has no seal: the row was added, or its seal is lost";
  return seal == keys::SealOf(key, value) ? "" : "the row or its seal has changed";
}

// A seal without a row, or where there should be none.
void CheckSeal(FsckScope& scope, std::string_view seal_key) {
  const std::string_view key = seal_key.substr(1);
  if (!scope.has_seals || keys::IsSealKey(key)) {
    scope.Add(MetaFinding("", "the row " + text::Hex(seal_key) + " is a seal of nothing"));
    return;
  }
  const auto row = scope.database.Get(Family::kMeta, key);
  if (row.ok() && !row->has_value()) AddRowFinding(scope, key, "the row is lost");
}

}  // namespace

void CheckMeta(FsckScope& scope) {
  CheckIdentity(scope);
  ReadNames(scope);
  const auto cursor = scope.database.NewCursor(Family::kMeta);
  for (cursor->Seek(""); cursor->Valid(); cursor->Next()) {
    if (keys::IsSealKey(cursor->key())) {
      CheckSeal(scope, cursor->key());
      continue;
    }
    // A row that its seal disowns may claim nothing.
    std::string fault = FaultOfSeal(scope, cursor->key(), cursor->value());
    if (fault.empty()) fault = TakeRow(scope, cursor->key(), cursor->value());
    if (!fault.empty()) AddRowFinding(scope, cursor->key(), fault);
  }
  if (!cursor->status().ok()) scope.Add(MetaFinding("", std::string(cursor->status().message())));
}

}  // namespace liggare::log
