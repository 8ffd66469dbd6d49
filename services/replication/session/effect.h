// What a Session asks of the world around it. Whoever carries an effect out
// answers, where an answer is named, by calling the Session's method of that
// name, now or later.
#ifndef SERVICES_REPLICATION_SESSION_EFFECT_H_
#define SERVICES_REPLICATION_SESSION_EFFECT_H_

#include <cstdint>
#include <string>
#include <variant>

#include "absl/status/status.h"
#include "liggare/v1/replication_service.pb.h"
#include "services/replication/session/extent.h"

namespace liggare::replication {

// Read entries [first_index, ...) of `log`, below end_index, that fit into
// bytes_max (at least one), with a checkpoint and proof: OnChunkRead or
// OnReadFailed, with the same round.
struct ReadChunk {
  std::string log;
  uint64_t first_index = 0;
  uint64_t end_index = 0;
  size_t bytes_max = 0;
  uint64_t round = 0;
};

// Verify the chunk from its bytes and store it: OnStored, OnStoreAborted,
// OnStoreFailed or OnChunkFault, once, with the same ticket.
struct StoreChunk {
  v1::Chunk chunk;
  uint64_t ticket = 0;
};

// The chunk ends at or below what is held: check that it is the same log.
// OnDuplicateChecked or OnChunkFault.
struct CheckDuplicate {
  v1::Chunk chunk;
};

// The peer holds so much of a log that this node holds too: what is the root
// here? OnRootCompared.
struct CompareRoot {
  Extent peer;
};

// Make the proof of this node's state of a log at a size: OnStateProven.
struct ProveState {
  std::string log;
  uint64_t size = 0;
};

// The peer's proof that the log has another root than here, or goes further:
// OnDisputeJudged.
struct JudgeDispute {
  Extent peer;
  v1::Chunk proof;  // Without entries.
};

// Verify the cosignatures on a checkpoint, keep them, pass them on to the child
// that carries the log. OnCheckpointConflict if it contradicts what is held.
// What a parent shows of its own log is compared, and kept in mind.
struct SaveCosigned {
  std::string log;
  std::string checkpoint;
};

// The newest checkpoint of the log with the cosignatures that are held, for the
// peer to have: OnCosignedFound, if there is one.
struct FindCosigned {
  std::string log;
};

// The checkpoints of this node's logs that other children have cosigned, for the peer to
// compare with its copies: OnWitnessed, for each log.
struct FindWitnessed {};

// Whether a peer holds the signing key of its node.
enum class KeyVerdict {
  kProven,
  kNotKnown,  // No key of the node is enrolled here: to be asked again when one may be.
  kRefused,
};

// Sign the text (key_proof.h) with the node's own key: OnProofSigned.
struct SignProof {
  std::string text;
};

// Judge the peer's proof over the text: OnProofChecked.
struct CheckProof {
  std::string text;
  v1::KeyProof proof;
};

// The peer has proven its key. Its session takes the place of an older one, and is given
// the logs: OnLogs.
struct AdmitPeer {};

// Make the enrolment chain of the peer: OnEnrolmentBuilt, or OnEnrolmentMissing.
struct BuildEnrolment {};

// Verify and keep the chain that the parent sent.
struct SaveEnrolment {
  v1::EnrolmentChain chain;
};

// Freeze a log of others on evidence that its own key signed.
struct FreezeLog {
  std::string log;
  std::string reason;
  std::string evidence;  // As the world gave it to the session.
};

// The node must record nothing until it has been restored: its parent holds
// more of its own log than it does, or other entries.
struct StopRecording {
  std::string log;
  std::string reason;
  std::string evidence;  // That the own key signed two histories; may be empty.
};

// An earlier epoch of the own log has two versions, and a later one goes on: kept
// as evidence, and an alarm raised.
struct KeepEvidence {
  std::string log;
  std::string reason;
  std::string evidence;
};

// The parent's copy of the own log is a prefix of it: recording is safe.
struct AllowRecording {};

// The session is over; the last frame has been taken. OK never occurs:
// UNAVAILABLE is an orderly end.
struct EndSession {
  absl::Status status;
};

using Effect = std::variant<ReadChunk, StoreChunk, CheckDuplicate, CompareRoot, ProveState,
                            JudgeDispute, SaveCosigned, FindCosigned, FindWitnessed, SignProof,
                            CheckProof, AdmitPeer, BuildEnrolment, SaveEnrolment, FreezeLog,
                            StopRecording, KeepEvidence, AllowRecording, EndSession>;

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_SESSION_EFFECT_H_
