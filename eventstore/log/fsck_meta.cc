// Fsck of meta: what the directory says of itself, names, checkpoints.
#include <algorithm>
#include <utility>

#include "eventstore/log/entry.h"
#include "eventstore/log/fsck_scope.h"
#include "eventstore/log/keys.h"
#include "eventstore/note/checkpoint.h"

namespace liggare::log {
namespace {

constexpr size_t kInstanceIdBytes = 16;

FsckFinding MetaFinding(std::string log, std::string message) {
  return {.family = "meta", .log = std::move(log), .message = std::move(message)};
}

void CheckIdentity(FsckScope& scope) {
  const auto version = keys::ParseInteger(scope.Get(Family::kMeta, keys::kFormatVersionKey));
  if (!version || *version != kFormatVersion) {
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

// What is wrong with the row; empty if nothing.
std::string TakeRow(FsckScope& scope, std::string_view key_bytes, std::string_view value) {
  const bool is_word = key_bytes.substr(0, 1) == "!";
  const bool is_note = !key_bytes.empty() && key_bytes.front() == keys::kSavedNoteTag;
  if (is_note) return "";
  if (is_word) {
    for (const std::string_view known :
         {keys::kFormatVersionKey, keys::kPathKey, keys::kTrustDomainKey, keys::kInstanceIdKey,
          keys::kBootCountKey}) {
      if (key_bytes == known) return "";
    }
    return "the key is unknown";
  }
  const auto key = keys::ParseLogMetaKey(key_bytes);
  if (!key) return "the key is unknown";
  if (!scope.names.contains(key->log)) return "its log has no name";
  if (key->tag != keys::kCheckpointTag) return "";
  const std::string fault = TakeCheckpoint(scope, *key, value);
  return fault.empty() ? ""
                       : "the checkpoint of " + scope.NameOf(key->log) + " at " +
                             std::to_string(key->position) + ": " + fault;
}

}  // namespace

void CheckMeta(FsckScope& scope) {
  CheckIdentity(scope);
  ReadNames(scope);
  const auto cursor = scope.database.NewCursor(Family::kMeta);
  for (cursor->Seek(""); cursor->Valid(); cursor->Next()) {
    const std::string fault = TakeRow(scope, cursor->key(), cursor->value());
    if (fault.empty()) continue;
    const auto key = keys::ParseLogMetaKey(cursor->key());
    scope.Add(
        MetaFinding(key ? scope.NameOf(key->log) : "", "row " + Hex(cursor->key()) + ": " + fault));
  }
  if (!cursor->status().ok()) scope.Add(MetaFinding("", std::string(cursor->status().message())));
}

}  // namespace liggare::log
