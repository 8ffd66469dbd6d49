#include "services/ask/log_proofs.h"

#include <optional>
#include <utility>

#include "eventstore/merkle/hash.h"
#include "eventstore/note/checkpoint.h"
#include "eventstore/note/note.h"
#include "proto/error/error.h"

namespace liggare::ask {
namespace {

absl::StatusOr<StoredCheckpoint> FromNote(std::string bytes) {
  const auto note = note::ParseNote(bytes);
  if (!note.ok()) return note.status();
  const auto checkpoint = note::ParseCheckpoint(note->text);
  if (!checkpoint.ok()) return checkpoint.status();
  return StoredCheckpoint{.size = checkpoint->size, .note = std::move(bytes)};
}

absl::Status BadSize(const std::string& field, const std::string& expected) {
  return MakeError(
      v1::ERROR_CODE_INVALID_FIELD,
      {.message = "there is no proof between these sizes", .field = field, .expected = expected});
}

}  // namespace

absl::StatusOr<log::HeldLog> FindLog(const AuditedNode& node, std::string_view log) {
  if (auto held = node.log.Find(log)) return *std::move(held);
  std::string expected = "one of";
  for (const log::HeldLog& held : node.log.Logs()) expected += " " + held.name;
  return MakeError(v1::ERROR_CODE_NOT_FOUND,
                   {.message = node.log.path() + " holds no log " + std::string(log),
                    .field = "log",
                    .expected = expected});
}

absl::StatusOr<StoredCheckpoint> NewestCheckpoint(const AuditedNode& node, std::string_view log) {
  const auto held = FindLog(node, log);
  if (!held.ok()) return held.status();
  auto stored = node.log.LatestCheckpoint(log);
  if (!stored.ok()) return stored.status();
  std::optional<StoredCheckpoint> newest;
  if (*stored) {
    auto parsed = FromNote(**std::move(stored));
    if (!parsed.ok()) return parsed.status();
    newest = *std::move(parsed);
  }
  const bool is_own = log == node.log.own_log();
  if (is_own && newest) {
    // One by a key that was revoked since proves nothing: it is signed for anew.
    const auto standing = node.keys.CheckpointAtOrAfter(log, newest->size);
    if (!standing.ok()) return standing.status();
    if (!*standing) newest.reset();
  }
  if (is_own && (!newest || newest->size < held->size)) {
    const auto own = node.sequencer.OwnCheckpoint();
    if (!own.ok()) return own.status();
    return StoredCheckpoint{.size = own->checkpoint.size, .note = own->note.Encode()};
  }
  if (newest) return *std::move(newest);
  return MakeError(v1::ERROR_CODE_NOT_FOUND,
                   {.message = "no checkpoint of " + held->name + " is held", .field = "log"});
}

absl::StatusOr<v1::ProvenEntry> ProveEntry(const AuditedNode& node, const log::LogIndex& place,
                                           const StoredCheckpoint& checkpoint) {
  auto entry = node.log.Read(place.log, place.index);
  if (!entry.ok()) return entry.status();
  if (merkle::IsWithheld(*entry)) {
    return MakeError(
        v1::ERROR_CODE_NOT_FOUND,
        {.message = "entry " + std::to_string(place.index) + " of " + place.log +
                    " does not concern " + node.log.path() + " and is withheld from it",
         .field = "entry",
         .expected = "a node that holds " + place.log + " whole"});
  }
  const auto proof = node.log.InclusionProof(place.log, place.index, checkpoint.size);
  if (!proof.ok()) return proof.status();
  v1::ProvenEntry proven;
  proven.set_entry(*std::move(entry));
  for (const merkle::Hash& hash : *proof) {
    proven.add_inclusion_proof(std::string(merkle::HashBytes(hash)));
  }
  proven.set_checkpoint(checkpoint.note);
  return proven;
}

absl::StatusOr<merkle::Proof> ProveConsistency(const AuditedNode& node,
                                               const v1::GetConsistencyProofRequest& request) {
  const auto held = FindLog(node, request.log());
  if (!held.ok()) return held.status();
  if (request.new_size() > held->size) {
    return BadSize("new_size", "at most " + std::to_string(held->size));
  }
  if (request.old_size() > request.new_size()) {
    return BadSize("old_size", "at most new_size, " + std::to_string(request.new_size()));
  }
  return node.log.ConsistencyProof(request.log(), request.old_size(), request.new_size());
}

}  // namespace liggare::ask
