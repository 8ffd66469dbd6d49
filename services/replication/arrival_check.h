// Judges what arrives from a peer against what a node holds: chunks, repetitions,
// disputed states and cosigned checkpoints. Everything is recomputed from the
// bytes and checked against enrolled keys; nothing is taken on the peer's word.
//
// Remembers, per log, the tree after the chunks that were verified and are not
// stored yet, so that several can be on their way to the disk. Not thread-safe;
// one for each session. Reads the disk and computes: not for a thread that must
// return at once.
#ifndef SERVICES_REPLICATION_ARRIVAL_CHECK_H_
#define SERVICES_REPLICATION_ARRIVAL_CHECK_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "eventstore/log/chunk.h"
#include "eventstore/log/event_log.h"
#include "eventstore/log/sequencer.h"
#include "services/replication/effect.h"
#include "services/replication/evidence.h"
#include "services/replication/key_registry.h"
#include "services/replication/session.h"

namespace liggare::replication {

class ArrivalCheck {
 public:
  ArrivalCheck(const log::EventLog& log, log::Sequencer& sequencer, const KeyRegistry& keys)
      : log_(log), sequencer_(sequencer), keys_(keys) {}

  // A verified chunk, ready for the sequencer; or whose fault it is; or, if it
  // does not begin where the copy ends, neither.
  struct Verdict {
    std::optional<log::VerifiedChunk> verified;
    std::optional<Session::ChunkFault> fault;
  };
  Verdict Verify(v1::Chunk chunk, int64_t now_ms);
  // A store failed: what was verified beyond the copy is forgotten.
  void Forget(const std::string& log) { ahead_.erase(log); }
  // The store answered for the chunk that ends at `size`: what was verified up to
  // there need not be remembered.
  void Stored(const std::string& log, uint64_t size);

  // A chunk that ends at or below the copy's size. Nothing if it is the same log.
  std::optional<Session::ChunkFault> CheckDuplicate(v1::Chunk chunk, int64_t now_ms) const;

  Session::DisputeJudged JudgeDispute(const JudgeDispute& dispute, int64_t now_ms) const;

  // The checkpoint with those signatures that verify: the log's own, which must be
  // there, and cosignatures of nodes whose keys are known here. One beyond what is
  // held here is not for us to keep, but for its node to see: it shows that the node
  // has lost entries. That is a conflict where the node is this one.
  struct Cosigned {
    std::optional<note::SignedCheckpoint> checkpoint;  // Nothing: it does not verify.
    std::optional<Session::CheckpointConflict> conflict;
    bool is_held = false;
  };
  Cosigned CheckCosigned(const SaveCosigned& save, int64_t now_ms) const;

 private:
  // The end of the copy, or of what was verified beyond it.
  struct Tip {
    merkle::Tree tree;
    uint64_t last_clock = 0;
  };
  Tip HeldTip(const std::string& log) const;
  absl::StatusOr<note::SignedCheckpoint> Open(const std::string& log,
                                              const std::string& checkpoint) const;
  // This node's signed state of the log at a size.
  absl::StatusOr<ProvenExtent> HeldAt(const std::string& log, uint64_t size) const;
  std::string VerifierText(const std::string& log, const std::string& checkpoint) const;
  // The text of the evidence, if both sides are signed.
  absl::StatusOr<std::string> TwoRoots(const ProvenExtent& claimed, const std::string& reason,
                                       int64_t now_ms) const;

  const log::EventLog& log_;
  log::Sequencer& sequencer_;
  const KeyRegistry& keys_;
  std::map<std::string, Tip> ahead_;
};

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_ARRIVAL_CHECK_H_
