// Fsck of the signatures on stored checkpoints.
#include <algorithm>
#include <string>
#include <utility>

#include "eventstore/log/bytes/keys.h"
#include "eventstore/log/care/fsck_scope.h"
#include "eventstore/note/checkpoint.h"
#include "eventstore/note/reduction.h"

namespace liggare::log {
namespace {

absl::StatusOr<note::ReducedCheckpoint> Reduce(const FsckScope& scope, uint32_t log,
                                               std::string_view bytes) {
  return note::ReduceCheckpoint(bytes, scope.OriginOf(log), [&scope](std::string_view name) {
    return scope.SignerNamed(name);
  });
}

bool KnowsSignerOf(const FsckScope& scope, uint32_t log) {
  const std::string origin = scope.OriginOf(log);
  return scope.SignerNamed(origin.substr(0, origin.rfind('@'))).has_value();
}

bool IsKnown(const note::LeftOutLine& line) { return line.why != note::LeftOut::kUnknown; }

void CheckCheckpoint(FsckScope& scope, const keys::LogMetaKey& key, std::string_view bytes) {
  const auto note = note::ParseNote(bytes);
  if (!note.ok()) return;  // Found already.
  if (!KnowsSignerOf(scope, key.log)) {
    scope.report.signatures_unchecked += note->signatures.size();
    return;
  }
  const auto finding = [&](const std::string& fault) {
    return FsckFinding{
        .family = FamilyName(Family::kMeta),
        .log = scope.NameOf(key.log),
        .message = "the checkpoint at " + std::to_string(key.position) + ": " + fault};
  };
  const auto reduced = Reduce(scope, key.log, bytes);
  if (!reduced.ok()) {
    return scope.Add(finding(absl::IsNotFound(reduced.status())
                                 ? "its log's own key has not signed it"
                                 : std::string(reduced.status().message())));
  }
  scope.report.signatures += reduced->checkpoint.note.signatures.size();
  for (const note::LeftOutLine& line : reduced->left_out) {
    if (IsKnown(line)) {
      scope.AddRemark(finding("a signature of " + line.name + " is left out: it " +
                              (line.why == note::LeftOut::kDoesNotVerify
                                   ? "does not verify"
                                   : "says nothing that the others do not")));
    } else {
      ++scope.report.signatures_unchecked;
    }
  }
}

}  // namespace

std::optional<std::string> SoundCheckpoint(const FsckScope& scope, uint32_t log, uint64_t size,
                                           std::string_view bytes) {
  const auto note = note::ParseNote(bytes);
  const auto checkpoint = note::ParseCheckpoint(note.ok() ? note->text : "");
  if (!checkpoint.ok() || checkpoint->size != size) return {};
  // Of another origin: the log's name may be what is damaged.
  const bool can_judge = checkpoint->origin == scope.OriginOf(log) && KnowsSignerOf(scope, log);
  if (!can_judge) return std::string(bytes);
  const auto reduced = Reduce(scope, log, bytes);
  if (!reduced.ok()) return {};
  if (std::ranges::none_of(reduced->left_out, IsKnown)) return std::string(bytes);
  return reduced->checkpoint.note.Encode();
}

void CheckSignatures(FsckScope& scope) {
  if (scope.options.keys == nullptr) return;
  const auto cursor = scope.database.NewCursor(Family::kMeta);
  for (cursor->Seek(std::string(1, keys::kCheckpointTag)); cursor->Valid(); cursor->Next()) {
    const auto key = keys::ParseLogMetaKey(cursor->key());
    if (!key || key->tag != keys::kCheckpointTag) break;
    CheckCheckpoint(scope, *key, cursor->value());
  }
}

}  // namespace liggare::log
