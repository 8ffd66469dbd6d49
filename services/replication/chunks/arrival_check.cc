#include "services/replication/chunks/arrival_check.h"

#include <algorithm>
#include <utility>

#include "eventstore/merkle/verify.h"
#include "eventstore/note/checkpoint.h"
#include "eventstore/proof/evidence_verification.h"
#include "proto/name/log_name.h"
#include "proto/name/node_path.h"
#include "services/replication/chunks/chunk_form.h"
#include "services/replication/chunks/chunk_source.h"
#include "services/replication/chunks/enrolment_chain.h"
#include "spdlog/spdlog.h"

namespace liggare::replication {
namespace {

std::string Text(const absl::Status& status) { return std::string(status.message()); }

Session::ChunkFault Fault(const std::string& log, Blame blame, std::string reason) {
  return {log, blame, std::move(reason), ""};
}

std::string LostEntries(const Extent& claimed, uint64_t held_size) {
  return "an ancestor has a checkpoint of " + claimed.log + " at " + std::to_string(claimed.size) +
         ", signed with its key; here are " + std::to_string(held_size) + ".";
}

// A tree of entries that were shown and are not stored.
class ShownTree : public merkle::TileReader {
 public:
  void Append(const std::string& entry) { tree_.Append(merkle::LeafOf(entry), full_); }
  absl::StatusOr<merkle::Proof> Prove(uint64_t index) const {
    return merkle::InclusionProof(tree_, *this, index, tree_.size());
  }
  absl::StatusOr<std::string> ReadTile(merkle::TileId id) const override {
    const auto tile = std::ranges::find(full_, id, &merkle::FullTile::id);
    if (tile == full_.end()) return absl::NotFoundError("no such tile");
    return tile->hashes;
  }

 private:
  merkle::Tree tree_;
  std::vector<merkle::FullTile> full_;
};

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

ArrivalCheck::Verdict ArrivalCheck::Verify(v1::Chunk wire, int64_t now_ms) {
  const std::string name = wire.log();
  absl::StatusOr<note::Note> note = note::ParseNote(wire.checkpoint());
  if (!note.ok()) return {{}, Fault(name, Blame::kPeer, "its checkpoint: " + Text(note.status()))};
  absl::StatusOr<note::VerifierKey> key = keys_.KeyFor(name::PathOfLog(name));
  if (!key.ok()) return {{}, Fault(name, Blame::kUs, Text(key.status()))};
  absl::StatusOr<note::ReducedCheckpoint> reduced = keys_.OpenCheckpoint(name, wire.checkpoint());
  if (absl::IsFailedPrecondition(reduced.status())) {
    return {{}, Fault(name, Blame::kKey, Text(reduced.status()))};
  }
  // What can't be reduced does not verify below, either.
  if (reduced.ok()) {
    wire.set_checkpoint(reduced->checkpoint.note.Encode());
    key = reduced->key;
  }
  absl::StatusOr<log::Chunk> chunk = ChunkFromWire(std::move(wire));
  if (!chunk.ok()) return {{}, Fault(name, Blame::kPeer, Text(chunk.status()))};
  chunk->in_part = name::IsHeldInPart(log_.path(), name::PathOfLog(name));

  auto ahead = ahead_.find(name);
  const bool continues = ahead != ahead_.end() && ahead->second.tree.size() == chunk->first_index;
  Tip tip = continues ? ahead->second : HeldTip(name);
  uint64_t last_clock = tip.last_clock;
  log::ChunkVerdict verdict =
      log::VerifyChunk(*std::move(chunk), tip.tree, tip.last_clock, log_.trust_domain(), *key);
  switch (verdict.fault) {
    case log::ChunkFault::kNone:
      if (auto ended = EndedEpoch(verdict.verified, now_ms)) return {{}, std::move(ended)};
      if (const log::EntryRow* last = verdict.verified.LastShown()) last_clock = last->clock;
      ahead_[name] = Tip{verdict.verified.tree, last_clock};
      return {std::move(verdict.verified), {}};
    case log::ChunkFault::kGap:
      return {};
    case log::ChunkFault::kPeer:
      return {{}, Fault(name, Blame::kPeer, Text(verdict.status))};
    case log::ChunkFault::kLog:
      break;
  }
  return {{}, Impossible(verdict, std::move(tip), now_ms)};
}

Session::ChunkFault ArrivalCheck::Impossible(const log::ChunkVerdict& verdict, Tip tip,
                                             int64_t now_ms) const {
  const log::Chunk& bad = verdict.verified.chunk;
  const Extent before{bad.log, tip.tree.size(), tip.tree.Root()};
  v1::Evidence evidence = NewEvidence(bad.log, Text(verdict.status), now_ms);
  evidence.set_kind(v1::EVIDENCE_KIND_IMPOSSIBLE_ENTRY);
  evidence.set_first_index(bad.first_index);
  AddOpenTiles(tip.tree, evidence);
  if (before.size > 0) AddPreviousEntry(before, evidence);
  std::vector<merkle::FullTile> full;
  for (const std::string& entry : bad.entries) {
    tip.tree.Append(merkle::LeafOf(entry), full);
    evidence.add_entries(entry);
  }
  *evidence.mutable_claimed() = ToProto(ProvenExtent{
      {bad.log, tip.tree.size(), tip.tree.Root()}, bad.checkpoint, bad.consistency_proof});
  return {bad.log, Blame::kLog, evidence.reason(), EvidenceText(evidence)};
}

// Where what comes before is not on disk yet, the evidence does without it.
void ArrivalCheck::AddPreviousEntry(const Extent& before, v1::Evidence& evidence) const {
  absl::StatusOr<std::string> entry = log_.Read(before.log, before.size - 1);
  absl::StatusOr<merkle::Proof> proof =
      log_.InclusionProof(before.log, before.size - 1, before.size);
  if (!entry.ok() || !proof.ok()) return;
  v1::ProvenEntry& previous = *evidence.mutable_previous_entry();
  previous.set_entry(*std::move(entry));
  for (const merkle::Hash& hash : *proof) {
    previous.add_inclusion_proof(std::string(merkle::HashBytes(hash)));
  }
}

v1::Evidence ArrivalCheck::NewEvidence(const std::string& log, const std::string& reason,
                                       int64_t now_ms) const {
  v1::Evidence evidence;
  evidence.set_evidence_version(proof::kEvidenceVersion);
  evidence.set_log(log);
  evidence.set_reason(reason);
  evidence.set_found_at_ms(now_ms);
  evidence.set_found_by(log_.path());
  absl::StatusOr<v1::EnrolmentChain> chain =
      BuildEnrolmentChain(log_, sequencer_, keys_, name::PathOfLog(log));
  if (chain.ok()) *evidence.mutable_enrolment() = *std::move(chain);
  return evidence;
}

std::optional<std::string> ArrivalCheck::EpochAfter(const std::string& log) const {
  const auto epoch_of = [](const std::string& name) {
    const absl::StatusOr<name::LogName> parsed = name::ParseLogName(name);
    return parsed.ok() ? parsed->epoch : 0;
  };
  std::optional<std::string> later = log_.LatestEpoch(name::PathOfLog(log));
  // From the newest back: each names the one before it.
  while (later && epoch_of(*later) > epoch_of(log)) {
    absl::StatusOr<std::string> first = log_.Read(*later, 0);
    v1::Event event;
    v1::EntryData data;
    if (!first.ok() || !event.ParseFromString(*first) || !data.ParseFromString(event.data())) break;
    const std::string& previous = data.epoch_opened().previous().log();
    if (previous == log) return later;
    if (epoch_of(previous) >= epoch_of(*later)) break;
    later = previous;
  }
  return {};
}

std::optional<Session::ChunkFault> ArrivalCheck::EndedEpoch(const log::VerifiedChunk& verified,
                                                            int64_t now_ms) const {
  const std::string& name = verified.chunk.log;
  if (name::PathOfLog(name) == log_.path()) return {};  // A restore brings it back.
  const std::optional<std::string> later = EpochAfter(name);
  if (!later) return {};
  absl::StatusOr<v1::ProvenEntry> opened = ProveEntry(log_, sequencer_, keys_, {*later, 0});
  if (!opened.ok()) return {};
  const std::string reason = name + " goes on at " + std::to_string(verified.chunk.first_index) +
                             ", where " + *later + " said that it had ended";
  v1::Evidence evidence = NewEvidence(name, reason, now_ms);
  evidence.set_kind(v1::EVIDENCE_KIND_ENDED_EPOCH);
  *evidence.mutable_epoch_opened() = *std::move(opened);
  *evidence.mutable_claimed() = ToProto(ProvenExtent{{name, verified.tree.size(), verified.root},
                                                     verified.chunk.checkpoint,
                                                     verified.chunk.consistency_proof});
  return Session::ChunkFault{name, Blame::kLog, reason, EvidenceText(evidence)};
}

uint64_t ArrivalCheck::RestoredAtS() const {
  absl::StatusOr<name::LogName> own = name::ParseLogName(log_.own_log());
  if (!own.ok() || own->epoch == 1) return 0;
  absl::StatusOr<std::string> first = log_.Read(log_.own_log(), 0);
  if (!first.ok()) return 0;
  absl::StatusOr<log::EntryHeader> header = log::ParseEntryHeader(*first);
  return header.ok() ? static_cast<uint64_t>(header->recorded_at_ms / 1000) : 0;
}

std::optional<uint64_t> ArrivalCheck::OwnCosignature(const note::Note& note) const {
  absl::StatusOr<EnrolledNode> own = keys_.Find(log_.path());
  if (!own.ok()) return {};
  std::optional<uint64_t> first_s;
  for (const note::VerifierKey& key : own->keys) {
    absl::StatusOr<uint64_t> given_s = note::VerifyCosignature(note, key);
    if (!given_s.ok() || !note::CosignatureStands(own->revocations, key, *given_s)) continue;
    first_s = std::min(first_s.value_or(*given_s), *given_s);
  }
  return first_s;
}

std::optional<std::string> ArrivalCheck::SetBack(const log::VerifiedChunk& verified) const {
  const log::Chunk& chunk = verified.chunk;
  const std::string ours = log_.trust_domain() + "/" + log_.path();
  if (std::ranges::none_of(verified.checkpoint.note.signatures,
                           [&](const note::Signature& line) { return line.name == ours; })) {
    return {};
  }
  const std::optional<uint64_t> given_s = OwnCosignature(verified.checkpoint.note);
  if (!given_s) return {};
  const bool substantial = std::ranges::any_of(verified.rows, [](const log::EntryRow& row) {
    return !row.withheld && row.type != log::kReceivedType;
  });
  absl::StatusOr<uint64_t> known = log_.KnownSize(chunk.log, UINT64_MAX);
  if (!substantial || (known.ok() && *known >= verified.tree.size())) return {};
  if (*given_s <= RestoredAtS()) return {};  // From before the restore: it is honoured.
  return "Restore needed: " + std::string(name::PathOfLog(chunk.log)) +
         " holds this node's own receipt for " +
         Describe({chunk.log, verified.checkpoint.checkpoint.size, {}}) +
         ", of which nothing is known here.";
}

void ArrivalCheck::Stored(const std::string& log, uint64_t size) {
  auto ahead = ahead_.find(log);
  if (ahead != ahead_.end() && ahead->second.tree.size() <= size) ahead_.erase(ahead);
}

std::optional<Session::ChunkFault> ArrivalCheck::CheckDuplicate(v1::Chunk chunk,
                                                                int64_t now_ms) const {
  const std::string& name = chunk.log();
  const uint64_t end = chunk.first_index() + chunk.entries_size();
  absl::StatusOr<note::ReducedCheckpoint> opened = keys_.OpenCheckpoint(name, chunk.checkpoint());
  if (absl::IsFailedPrecondition(opened.status())) {
    return Fault(name, Blame::kKey, Text(opened.status()));
  }
  if (!opened.ok()) {
    return Fault(name, Blame::kPeer, "its checkpoint: " + Text(opened.status()));
  }
  chunk.set_checkpoint(opened->checkpoint.note.Encode());
  absl::StatusOr<merkle::Proof> proof = ProofFromWire(chunk.consistency_proof());
  if (!proof.ok()) return Fault(name, Blame::kPeer, Text(proof.status()));
  absl::StatusOr<merkle::Hash> root = log_.RootAt(name, end);
  if (!root.ok()) return Fault(name, Blame::kUs, Text(root.status()));
  const note::Checkpoint& checkpoint = opened->checkpoint.checkpoint;
  absl::Status same =
      merkle::VerifyConsistency({end, *root}, {checkpoint.size, checkpoint.root}, *proof);
  if (same.ok()) return {};

  // A checkpoint that is held in full can be judged by itself.
  absl::StatusOr<merkle::Hash> held = log_.RootAt(name, checkpoint.size);
  if (!held.ok() || *held == checkpoint.root) return Fault(name, Blame::kPeer, Text(same));
  const std::string reason = "its key has signed two roots at " + std::to_string(checkpoint.size);
  absl::StatusOr<std::string> evidence = TwoRoots(
      {{name, checkpoint.size, checkpoint.root}, chunk.checkpoint(), {}}, reason, now_ms, &chunk);
  if (!evidence.ok()) return Fault(name, Blame::kPeer, Text(same));
  return Session::ChunkFault{name, Blame::kLog, reason, *std::move(evidence)};
}

absl::StatusOr<ProvenExtent> ArrivalCheck::HeldAt(const std::string& log, uint64_t size) const {
  absl::StatusOr<ChunkSource::StateProof> proven =
      ChunkSource(log_, sequencer_, keys_).Prove(log, size);
  if (!proven.ok()) return proven.status();
  absl::StatusOr<merkle::Proof> proof = ProofFromWire(proven->proof.consistency_proof());
  if (!proof.ok()) return proof.status();
  return ProvenExtent{proven->state, proven->proof.checkpoint(), *std::move(proof)};
}

absl::Status ArrivalCheck::CheckProven(const ProvenExtent& proven) const {
  auto opened = keys_.OpenCheckpoint(proven.extent.log, proven.checkpoint);
  if (!opened.ok()) return opened.status();
  const note::Checkpoint& checkpoint = opened->checkpoint.checkpoint;
  return merkle::VerifyConsistency({proven.extent.size, proven.extent.root},
                                   {checkpoint.size, checkpoint.root}, proven.consistency_proof);
}

absl::StatusOr<std::string> ArrivalCheck::TwoRoots(const ProvenExtent& claimed,
                                                   const std::string& reason, int64_t now_ms,
                                                   const v1::Chunk* shown) const {
  const std::string& name = claimed.extent.log;
  absl::StatusOr<ProvenExtent> held = HeldAt(name, claimed.extent.size);
  if (!held.ok()) return held.status();
  // What lies here must be under its own checkpoint before anybody is accused.
  if (absl::Status proven = CheckProven(*held); !proven.ok()) {
    spdlog::error("{}: the copy of {} is not what {} signed; run liggare fsck: {}", log_.path(),
                  name, name::PathOfLog(name), Text(proven));
    return proven;
  }
  v1::Evidence evidence = NewEvidence(name, reason, now_ms);
  evidence.set_kind(v1::EVIDENCE_KIND_TWO_ROOTS);
  *evidence.mutable_held() = ToProto(*held);
  *evidence.mutable_claimed() = ToProto(claimed);
  if (shown != nullptr) AddTwoEntries(*shown, evidence);
  return EvidenceText(evidence);
}

void ArrivalCheck::AddTwoEntries(const v1::Chunk& shown, v1::Evidence& evidence) const {
  // Of a chunk from the log's beginning up to its checkpoint the whole tree is known.
  if (shown.first_index() != 0 ||
      evidence.claimed().state().size() != static_cast<uint64_t>(shown.entries_size())) {
    return;
  }
  ShownTree tree;
  for (const std::string& entry : shown.entries()) tree.Append(entry);
  for (int i = 0; i < shown.entries_size(); ++i) {
    absl::StatusOr<std::string> ours = log_.Read(shown.log(), i);
    if (!ours.ok()) return;
    if (merkle::LeafOf(*ours) == merkle::LeafOf(shown.entries(i))) continue;
    if (merkle::IsWithheld(*ours) || merkle::IsWithheld(shown.entries(i))) return;
    absl::StatusOr<v1::ProvenEntry> held =
        ProveEntry(log_, sequencer_, keys_, {shown.log(), static_cast<uint64_t>(i)});
    absl::StatusOr<merkle::Proof> proof = tree.Prove(i);
    if (!held.ok() || !proof.ok()) return;
    evidence.set_index(i);
    *evidence.mutable_held_entry() = *std::move(held);
    v1::ProvenEntry& claimed = *evidence.mutable_claimed_entry();
    claimed.set_entry(shown.entries(i));
    claimed.set_checkpoint(shown.checkpoint());
    for (const merkle::Hash& hash : *proof) {
      claimed.add_inclusion_proof(std::string(merkle::HashBytes(hash)));
    }
    return;
  }
}

Session::DisputeJudged ArrivalCheck::JudgeDispute(const struct JudgeDispute& dispute,
                                                  int64_t now_ms) const {
  const Extent& peer = dispute.peer;
  Session::DisputeJudged judged{peer.log, DisputeVerdict::kUnproven, "", ""};
  auto opened = keys_.OpenCheckpoint(peer.log, dispute.proof.checkpoint());
  absl::StatusOr<merkle::Proof> proof = ProofFromWire(dispute.proof.consistency_proof());
  absl::Status proven = opened.status();
  if (proven.ok()) proven = proof.status();
  if (proven.ok()) {
    const note::Checkpoint& checkpoint = opened->checkpoint.checkpoint;
    proven = merkle::VerifyConsistency({peer.size, peer.root}, {checkpoint.size, checkpoint.root},
                                       *proof);
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
      TwoRoots({peer, opened->checkpoint.note.Encode(), *std::move(proof)}, judged.reason, now_ms);
  if (!evidence.ok()) return judged;
  judged.verdict = DisputeVerdict::kFork;
  judged.evidence = *std::move(evidence);
  return judged;
}

ArrivalCheck::Cosigned ArrivalCheck::CheckCosigned(const SaveCosigned& save, int64_t now_ms) const {
  absl::StatusOr<note::ReducedCheckpoint> opened = keys_.OpenCheckpoint(save.log, save.checkpoint);
  if (!opened.ok()) return {};
  const note::SignedCheckpoint& reduced = opened->checkpoint;
  const Extent claimed{save.log, reduced.checkpoint.size, reduced.checkpoint.root};
  const std::optional<log::HeldLog> held = log_.Find(save.log);
  const uint64_t held_size = held ? held->size : 0;
  const bool is_held = claimed.size <= held_size;
  if (!is_held && save.log == log_.own_log()) {
    return {{}, Session::CheckpointConflict{save.log, LostEntries(claimed, held_size), ""}, false};
  }
  absl::StatusOr<merkle::Hash> root = claimed.root;
  if (is_held) root = log_.RootAt(save.log, claimed.size);
  if (!root.ok()) return {};
  if (*root == claimed.root) return {*std::move(opened), {}, is_held};
  Session::CheckpointConflict conflict;
  conflict.log = save.log;
  conflict.reason = "its key has signed two roots at " + std::to_string(claimed.size);
  absl::StatusOr<std::string> evidence =
      TwoRoots({claimed, reduced.note.Encode(), {}}, conflict.reason, now_ms);
  if (!evidence.ok()) return {};
  conflict.evidence = *std::move(evidence);
  return {{}, std::move(conflict), false};
}

}  // namespace liggare::replication
