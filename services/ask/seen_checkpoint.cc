#include "services/ask/seen_checkpoint.h"

#include <algorithm>
#include <string>
#include <utility>

#include "eventstore/merkle/hash.h"
#include "eventstore/note/checkpoint.h"
#include "eventstore/note/note.h"
#include "proto/error/error.h"
#include "services/ask/log_proofs.h"

namespace liggare::ask {
namespace {

absl::StatusOr<note::Checkpoint> Parse(const std::string& bytes) {
  const auto note = note::ParseNote(bytes);
  auto checkpoint = note.ok() ? note::ParseCheckpoint(note->text)
                              : absl::StatusOr<note::Checkpoint>(note.status());
  if (checkpoint.ok()) return checkpoint;
  return MakeError(v1::ERROR_CODE_MALFORMED,
                   {"this is no checkpoint: " + std::string(checkpoint.status().message()),
                    "checkpoint", "a C2SP signed note, as GetCheckpoint gives it"});
}

// An origin is <trust domain>/<log name>.
absl::StatusOr<std::string> LogOf(const AuditedNode& node, const note::Checkpoint& checkpoint) {
  const std::string prefix = node.log.trust_domain() + "/";
  if (checkpoint.origin.starts_with(prefix)) return checkpoint.origin.substr(prefix.size());
  return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                   {"the checkpoint is of " + checkpoint.origin, "checkpoint",
                    "one of a log of " + node.log.trust_domain()});
}

// That both are of one log.
absl::Status AddProof(const AuditedNode& node, const note::Checkpoint& seen,
                      v1::CompareCheckpointResponse& response) {
  auto newest = NewestCheckpoint(node, response.log());
  if (!newest.ok()) return newest.status();
  const auto proof = node.log.ConsistencyProof(response.log(), std::min(seen.size, newest->size),
                                               std::max(seen.size, newest->size));
  if (!proof.ok()) return proof.status();
  for (const merkle::Hash& hash : *proof) {
    response.add_consistency_proof(std::string(merkle::HashBytes(hash)));
  }
  response.set_checkpoint(std::move(newest->note));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::CompareCheckpointResponse> CompareSeen(
    const AuditedNode& node, const v1::CompareCheckpointRequest& request) {
  const auto seen = Parse(request.checkpoint());
  if (!seen.ok()) return seen.status();
  auto log = LogOf(node, *seen);
  if (!log.ok()) return log.status();
  if (!node.compare) {
    return MakeError(v1::ERROR_CODE_UNAVAILABLE,
                     {node.log.path() + " compares no checkpoints", "", ""});
  }
  auto compared = node.compare(*log, request.checkpoint());
  if (!compared.ok()) return compared.status();
  v1::CompareCheckpointResponse response;
  response.set_log(*std::move(log));
  if (const auto held = node.log.Find(response.log())) response.set_held_size(held->size);
  if (!compared->evidence.empty()) {
    response.set_comparison(v1::CHECKPOINT_COMPARISON_TWO_ROOTS);
    response.set_evidence(std::move(compared->evidence));
    return response;
  }
  if (!compared->is_held) {
    response.set_comparison(v1::CHECKPOINT_COMPARISON_BEYOND);
    return response;
  }
  response.set_comparison(v1::CHECKPOINT_COMPARISON_SAME);
  if (auto status = AddProof(node, *seen, response); !status.ok()) return status;
  return response;
}

}  // namespace liggare::ask
