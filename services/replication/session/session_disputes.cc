// The part of Session that finds and judges two versions of one log.
#include <utility>

#include "proto/error/error.h"
#include "proto/name/log_name.h"
#include "services/replication/session/session.h"

namespace liggare::replication {

// The peer holds more of this node's own log than the node does.
void Session::OwnLogBehind(const Extent& peer) {
  const auto held = logs_.find(peer.log);
  const uint64_t size = held == logs_.end() ? 0 : held->second.held.size;
  const std::string reason = "Restore needed: " + options_.ends.peer + " holds " +
                             std::to_string(peer.size) + " entries of " + peer.log +
                             ", this node " + std::to_string(size) + ".";
  if (options_.ends.side == Side::kParent) {
    disputes_[peer.log].peer = peer;  // A child must prove it.
  } else {
    OwnLogDisputed(peer.log, reason);
  }
  // What this node has signed itself must not differ from what the peer holds.
  if (size > 0) AskProof(peer.log, size);
}

void Session::OwnLogDisputed(const std::string& log, const std::string& reason,
                             const std::string& evidence) {
  own_log_disputed_ = true;
  // Whichever epoch it is, this node must say nothing new until it is restored.
  for (auto own = logs_.lower_bound(options_.ends.self + "@");
       own != logs_.end() && IsOwn(own->first); ++own) {
    if (IsOutbound(options_.ends, own->first)) outbound_.Stop(own->first, reason);
  }
  if (IsOutbound(options_.ends, log)) outbound_.Stop(log, reason);
  effects_.push_back(StopRecording{log, reason, evidence});
}

void Session::OpenDispute(const Extent& peer) {
  if (IsOwn(peer.log) && options_.ends.side == Side::kChild) {
    OwnLogDisputed(peer.log, "Restore needed: " + options_.ends.peer + " holds other entries of " +
                                 Describe(peer) + ".");
  }
  outbound_.Stop(peer.log, options_.ends.peer + " holds other entries of " + Describe(peer) + ".");
  disputes_[peer.log].peer = peer;
  AskProof(peer.log, peer.size);
}

// The owner of an inbound log holds less of it than this node: it must know.
void Session::ProveToOwner(const Extent& peer) {
  const Extent held = inbound_.Held(peer.log);
  const bool from_owner = name::PathOfLog(peer.log) == options_.ends.peer;
  if (from_owner && options_.ends.side == Side::kChild && peer.size < held.size) {
    AskProof(peer.log, held.size);
  }
}

void Session::AskProof(const std::string& log, uint64_t size) {
  if (std::exchange(disputes_[log].proof_asked, true)) return;
  effects_.push_back(ProveState{log, size});
}

void Session::OnStateProven(const Extent& state, v1::Chunk proof) {
  if (phase_ != Phase::kComparing && phase_ != Phase::kLive) return;
  v1::Frame expected;
  *expected.mutable_expected()->mutable_state() = ToProto(state);
  Send(std::move(expected));
  v1::Frame frame;
  *frame.mutable_chunk() = std::move(proof);
  Send(std::move(frame));
}

void Session::OnProof(v1::Chunk proof) {
  auto dispute = disputes_.find(proof.log());
  if (dispute == disputes_.end() || dispute->second.peer.size != proof.first_index()) return;
  effects_.push_back(JudgeDispute{dispute->second.peer, std::move(proof)});
}

void Session::OnDisputeJudged(const DisputeJudged& judged) {
  switch (judged.verdict) {
    case DisputeVerdict::kFork:
      FreezeOrStop(judged.log, judged.reason, judged.evidence);
      break;
    case DisputeVerdict::kAhead:
      // What a restore has left behind is not brought back by another.
      if (HasGoneOn(judged.log)) {
        outbound_.Stop(judged.log,
                       options_.ends.peer + " has more of it than was restored: " + judged.reason);
      } else if (IsOwn(judged.log)) {
        OwnLogDisputed(judged.log, judged.reason);
      }
      break;
    case DisputeVerdict::kNothing:
      break;
    case DisputeVerdict::kUnproven:
      return Fault(v1::ERROR_CODE_VERIFICATION_FAILED, options_.ends.peer +
                                                           " could not prove its state of " +
                                                           judged.log + ": " + judged.reason);
  }
  Settle();
}

void Session::FreezeOrStop(const std::string& log, const std::string& reason,
                           const std::string& evidence) {
  if (HasGoneOn(log)) {
    outbound_.Stop(log, options_.ends.peer + " has another version of it: " + reason);
    effects_.push_back(KeepEvidence{log, reason, evidence});
    return;
  }
  if (IsOwn(log)) return OwnLogDisputed(log, "Restore needed: " + log + ": " + reason, evidence);
  effects_.push_back(FreezeLog{log, reason, evidence});
  if (auto held = logs_.find(log); held != logs_.end()) held->second.frozen = true;
  if (IsInbound(options_.ends, log)) {
    inbound_.RefuseNow(log, FrozenError(log));
  } else {
    outbound_.Stop(log, reason);
  }
}

void Session::OnChunkFault(const ChunkFault& fault) {
  switch (fault.blame) {
    case Blame::kPeer:
      return Fault(v1::ERROR_CODE_VERIFICATION_FAILED, "Entries of " + fault.log + " from " +
                                                           options_.ends.peer +
                                                           " do not verify: " + fault.reason);
    case Blame::kKey:
      return OnStoreRefused(fault.log, ErrorOf(MakeError(v1::ERROR_CODE_VERIFICATION_FAILED,
                                                         {fault.reason, "", ""})));
    case Blame::kUs:
      return Fault(v1::ERROR_CODE_INTERNAL, fault.reason);
    case Blame::kLog:
      FreezeOrStop(fault.log, fault.reason, fault.evidence);
      Settle();
  }
}

void Session::OnRootCompared(const Extent& peer, const merkle::Hash& root) {
  if (peer.root != root) {
    OpenDispute(peer);
  } else {
    outbound_.Agree(peer);
    if (own_uncompared_.erase(peer.log) > 0) AllowRecordingIfCompared();
  }
  Settle();
}

void Session::OnCheckpointConflict(const CheckpointConflict& conflict) {
  FreezeOrStop(conflict.log, conflict.reason, conflict.evidence);
  Settle();
}

}  // namespace liggare::replication
