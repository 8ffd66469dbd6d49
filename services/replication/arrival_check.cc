#include "services/replication/arrival_check.h"

#include <utility>

#include "eventstore/merkle/verify.h"
#include "eventstore/note/checkpoint.h"
#include "services/domain/log_name.h"
#include "services/domain/node_path.h"
#include "services/replication/chunk_form.h"
#include "services/replication/chunk_source.h"

namespace liggare::replication {
namespace {

std::string Text(const absl::Status& status) { return std::string(status.message()); }

Session::ChunkFault Fault(const std::string& log, Blame blame, std::string reason) {
  return {log, blame, std::move(reason), ""};
}

std::string LostEntries(const Extent& claimed, uint64_t held_size) {
  return "Restore needed: an ancestor has a checkpoint of " + claimed.log + " at " +
         std::to_string(claimed.size) + ", signed with its key; here are " +
         std::to_string(held_size) + ".";
}

}  // namespace

ArrivalCheck::Tip ArrivalCheck::HeldTip(const std::string& log) const {
  for (;;) {
    Tip tip{log_.TreeOf(log), 0};
    std::optional<log::HeldLog> held = log_.Find(log);
    if (!held) return tip;
    tip.last_clock = held->last_clock;
    // A commit between the two reads would make an honest log look as if it went
    // back in time.
    if (held->size == tip.tree.size()) return tip;
  }
}

absl::StatusOr<note::SignedCheckpoint> ArrivalCheck::Open(const std::string& log,
                                                          const std::string& checkpoint) const {
  absl::StatusOr<note::Note> note = note::ParseNote(checkpoint);
  if (!note.ok()) return note.status();
  absl::StatusOr<note::VerifierKey> key = keys_.KeyForNote(domain::PathOfLog(log), *note);
  if (!key.ok()) return key.status();
  return note::OpenCheckpoint(checkpoint, log_.trust_domain() + "/" + log, *key);
}

std::string ArrivalCheck::VerifierText(const std::string& log,
                                       const std::string& checkpoint) const {
  absl::StatusOr<note::Note> note = note::ParseNote(checkpoint);
  if (!note.ok()) return "";
  absl::StatusOr<note::VerifierKey> key = keys_.KeyForNote(domain::PathOfLog(log), *note);
  return key.ok() ? key->Text() : "";
}

ArrivalCheck::Verdict ArrivalCheck::Verify(v1::Chunk wire, int64_t now_ms) {
  const std::string name = wire.log();
  const std::string checkpoint = wire.checkpoint();
  absl::StatusOr<note::Note> note = note::ParseNote(checkpoint);
  if (!note.ok()) return {{}, Fault(name, Blame::kPeer, "its checkpoint: " + Text(note.status()))};
  absl::StatusOr<note::VerifierKey> key = keys_.KeyForNote(domain::PathOfLog(name), *note);
  if (!key.ok()) return {{}, Fault(name, Blame::kUs, Text(key.status()))};
  absl::StatusOr<log::Chunk> chunk = ChunkFromWire(std::move(wire));
  if (!chunk.ok()) return {{}, Fault(name, Blame::kPeer, Text(chunk.status()))};

  auto ahead = ahead_.find(name);
  const bool continues = ahead != ahead_.end() && ahead->second.tree.size() == chunk->first_index;
  Tip tip = continues ? ahead->second : HeldTip(name);
  log::ChunkVerdict verdict =
      log::VerifyChunk(*std::move(chunk), tip.tree, tip.last_clock, log_.trust_domain(), *key);
  switch (verdict.fault) {
    case log::ChunkFault::kNone:
      ahead_[name] = Tip{verdict.verified.tree, verdict.verified.rows.back().clock};
      return {std::move(verdict.verified), {}};
    case log::ChunkFault::kGap:
      return {};
    case log::ChunkFault::kPeer:
      return {{}, Fault(name, Blame::kPeer, Text(verdict.status))};
    case log::ChunkFault::kLog:
      break;
  }
  const log::Chunk& bad = verdict.verified.chunk;
  Evidence evidence{
      .log = name,
      .reason = Text(verdict.status),
      .verifier_key = key->Text(),
      .found_at_ms = now_ms,
      .held = {{name, tip.tree.size(), tip.tree.Root()}, "", {}},
      .claimed = {{name, tip.tree.size(), tip.tree.Root()}, bad.checkpoint, bad.consistency_proof},
      .first_index = bad.first_index,
      .entries = bad.entries,
      .continued = tip.tree};
  std::vector<merkle::FullTile> full;
  for (const std::string& entry : bad.entries) tip.tree.Append(merkle::LeafHash(entry), full);
  evidence.claimed.extent.size = tip.tree.size();
  evidence.claimed.extent.root = tip.tree.Root();
  return {{}, Session::ChunkFault{name, Blame::kLog, evidence.reason, EvidenceText(evidence)}};
}

void ArrivalCheck::Stored(const std::string& log, uint64_t size) {
  auto ahead = ahead_.find(log);
  if (ahead != ahead_.end() && ahead->second.tree.size() <= size) ahead_.erase(ahead);
}

std::optional<Session::ChunkFault> ArrivalCheck::CheckDuplicate(v1::Chunk chunk,
                                                                int64_t now_ms) const {
  const std::string& name = chunk.log();
  const uint64_t end = chunk.first_index() + chunk.entries_size();
  absl::StatusOr<note::SignedCheckpoint> opened = Open(name, chunk.checkpoint());
  if (!opened.ok()) {
    return Fault(name, Blame::kPeer, "its checkpoint: " + Text(opened.status()));
  }
  absl::StatusOr<merkle::Proof> proof = ProofFromWire(chunk.consistency_proof());
  if (!proof.ok()) return Fault(name, Blame::kPeer, Text(proof.status()));
  absl::StatusOr<merkle::Hash> root = log_.RootAt(name, end);
  if (!root.ok()) return Fault(name, Blame::kUs, Text(root.status()));
  const note::Checkpoint& checkpoint = opened->checkpoint;
  absl::Status same =
      merkle::VerifyConsistency({end, *root}, {checkpoint.size, checkpoint.root}, *proof);
  if (same.ok()) return {};

  // A checkpoint that is held in full can be judged by itself.
  absl::StatusOr<merkle::Hash> held = log_.RootAt(name, checkpoint.size);
  if (!held.ok() || *held == checkpoint.root) return Fault(name, Blame::kPeer, Text(same));
  const std::string reason = "its key has signed two roots at " + std::to_string(checkpoint.size);
  absl::StatusOr<std::string> evidence =
      TwoRoots({{name, checkpoint.size, checkpoint.root}, chunk.checkpoint(), {}}, reason, now_ms);
  if (!evidence.ok()) return Fault(name, Blame::kPeer, Text(same));
  return Session::ChunkFault{name, Blame::kLog, reason, *std::move(evidence)};
}

absl::StatusOr<ProvenExtent> ArrivalCheck::HeldAt(const std::string& log, uint64_t size) const {
  absl::StatusOr<ChunkSource::StateProof> proven = ChunkSource(log_, sequencer_).Prove(log, size);
  if (!proven.ok()) return proven.status();
  absl::StatusOr<merkle::Proof> proof = ProofFromWire(proven->proof.consistency_proof());
  if (!proof.ok()) return proof.status();
  return ProvenExtent{proven->state, proven->proof.checkpoint(), *std::move(proof)};
}

absl::StatusOr<std::string> ArrivalCheck::TwoRoots(const ProvenExtent& claimed,
                                                   const std::string& reason,
                                                   int64_t now_ms) const {
  const std::string& name = claimed.extent.log;
  absl::StatusOr<ProvenExtent> held = HeldAt(name, claimed.extent.size);
  if (!held.ok()) return held.status();
  return EvidenceText({.log = name,
                       .reason = reason,
                       .verifier_key = VerifierText(name, claimed.checkpoint),
                       .found_at_ms = now_ms,
                       .held = *std::move(held),
                       .claimed = claimed,
                       .first_index = 0,
                       .entries = {},
                       .continued = {}});
}

Session::DisputeJudged ArrivalCheck::JudgeDispute(const struct JudgeDispute& dispute,
                                                  int64_t now_ms) const {
  const Extent& peer = dispute.peer;
  Session::DisputeJudged judged{peer.log, DisputeVerdict::kUnproven, "", ""};
  absl::StatusOr<note::SignedCheckpoint> opened = Open(peer.log, dispute.proof.checkpoint());
  absl::StatusOr<merkle::Proof> proof = ProofFromWire(dispute.proof.consistency_proof());
  absl::Status proven = opened.status();
  if (proven.ok()) proven = proof.status();
  if (proven.ok()) {
    proven = merkle::VerifyConsistency({peer.size, peer.root},
                                       {opened->checkpoint.size, opened->checkpoint.root}, *proof);
  }
  if (!proven.ok()) {
    judged.reason = Text(proven);
    return judged;
  }
  judged.verdict = DisputeVerdict::kNothing;
  std::optional<log::HeldLog> held = log_.Find(peer.log);
  const uint64_t held_size = held ? held->size : 0;
  if (peer.size > held_size) {
    judged.verdict = DisputeVerdict::kAhead;
    judged.reason = "Restore needed: a peer proves " + std::to_string(peer.size) + " entries of " +
                    peer.log + ", signed with its key; here are " + std::to_string(held_size) + ".";
    return judged;
  }
  absl::StatusOr<merkle::Hash> root = log_.RootAt(peer.log, peer.size);
  if (!root.ok() || *root == peer.root) return judged;
  judged.reason = "its key has signed two roots at " + std::to_string(peer.size);
  absl::StatusOr<std::string> evidence =
      TwoRoots({peer, dispute.proof.checkpoint(), *std::move(proof)}, judged.reason, now_ms);
  if (!evidence.ok()) return judged;
  judged.verdict = DisputeVerdict::kFork;
  judged.evidence = *std::move(evidence);
  return judged;
}

ArrivalCheck::Cosigned ArrivalCheck::CheckCosigned(const SaveCosigned& save, int64_t now_ms) const {
  absl::StatusOr<note::SignedCheckpoint> opened = Open(save.log, save.checkpoint);
  if (!opened.ok()) return {};
  const Extent claimed{save.log, opened->checkpoint.size, opened->checkpoint.root};
  const std::optional<log::HeldLog> held = log_.Find(save.log);
  const uint64_t held_size = held ? held->size : 0;
  const bool is_held = claimed.size <= held_size;
  if (!is_held && save.log == log_.own_log()) {
    return {{}, Session::CheckpointConflict{save.log, LostEntries(claimed, held_size), ""}, false};
  }
  absl::StatusOr<merkle::Hash> root = claimed.root;
  if (is_held) root = log_.RootAt(save.log, claimed.size);
  if (!root.ok()) return {};
  if (*root != claimed.root) {
    Session::CheckpointConflict conflict;
    conflict.log = save.log;
    conflict.reason = "its key has signed two roots at " + std::to_string(claimed.size);
    absl::StatusOr<std::string> evidence =
        TwoRoots({claimed, save.checkpoint, {}}, conflict.reason, now_ms);
    if (!evidence.ok()) return {};
    conflict.evidence = *std::move(evidence);
    return {{}, std::move(conflict), false};
  }
  const std::string prefix = log_.trust_domain() + "/";
  const std::string origin_key = prefix + std::string(domain::PathOfLog(save.log));
  const note::Note shown = opened->note;
  std::erase_if(opened->note.signatures, [&](const note::Signature& signature) {
    if (signature.name == origin_key) return false;
    if (!signature.name.starts_with(prefix)) return true;
    const std::string path = signature.name.substr(prefix.size());
    if (!domain::IsNodePath(path)) return true;
    absl::StatusOr<EnrolledNode> node = keys_.Find(path);
    if (!node.ok()) return true;
    for (const note::VerifierKey& key : node->keys) {
      if (note::VerifyCosignature(shown, key).ok()) return false;
    }
    return true;
  });
  return {*std::move(opened), {}, is_held};
}

}  // namespace liggare::replication
