// Judges what arrives from a peer against what a node holds: chunks, repetitions,
// disputed states and cosigned checkpoints. Everything is recomputed from the
// bytes and checked against enrolled keys; nothing is taken on the peer's word. Of the
// checkpoints that come with it only what verifies goes on from here, to the disk, into
// evidence or to another peer (eventstore/note/reduction.h).
//
// Remembers, per log, the tree after the chunks that were verified and are not
// stored yet, so that several can be on their way to the disk. Not thread-safe;
// one for each session. Reads the disk and computes: not for a thread that must
// return at once.
#ifndef SERVICES_REPLICATION_CHUNKS_ARRIVAL_CHECK_H_
#define SERVICES_REPLICATION_CHUNKS_ARRIVAL_CHECK_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "eventstore/log/read/chunk.h"
#include "eventstore/log/read/event_log.h"
#include "eventstore/log/write/sequencer.h"
#include "eventstore/note/reduction.h"
#include "services/replication/chunks/evidence.h"
#include "services/replication/chunks/key_registry.h"
#include "services/replication/session/effect.h"
#include "services/replication/session/session.h"

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
  // Why this node must be restored, if the chunk shows it: it comes with a receipt
  // of this node's own for entries that its log knows nothing of. A disk that was
  // set back is seen so even before the parent has been reached.
  std::optional<std::string> SetBack(const log::VerifiedChunk& verified) const;
  // A store failed: what was verified beyond the copy is forgotten.
  void Forget(const std::string& log) { ahead_.erase(log); }
  // The store answered for the chunk that ends at `size`: what was verified up to
  // there need not be remembered.
  void Stored(const std::string& log, uint64_t size);

  // A chunk that ends at or below the copy's size. Nothing if it is the same log.
  std::optional<Session::ChunkFault> CheckDuplicate(v1::Chunk chunk, int64_t now_ms) const;

  Session::DisputeJudged JudgeDispute(const JudgeDispute& dispute, int64_t now_ms) const;

  // The checkpoint, reduced to what verifies (KeyRegistry::OpenCheckpoint). One beyond what is
  // held here is not for us to keep, but for its node to see: it shows that the node
  // has lost entries. That is a conflict where the node is this one.
  struct Cosigned {
    std::optional<note::ReducedCheckpoint> checkpoint;  // Nothing: it does not verify.
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
  // The time of this node's own cosignature on the note, by whatever key it has had.
  std::optional<uint64_t> OwnCosignature(const note::Note& note) const;
  // This node's signed state of the log at a size.
  absl::StatusOr<ProvenExtent> HeldAt(const std::string& log, uint64_t size) const;
  // When the own log's epoch began, in seconds since 1970; 0 for the first epoch.
  uint64_t RestoredAtS() const;
  absl::Status CheckProven(const ProvenExtent& proven) const;
  v1::Evidence NewEvidence(const std::string& log, const std::string& reason, int64_t now_ms) const;
  Session::ChunkFault Impossible(const log::ChunkVerdict& verdict, Tip tip, int64_t now_ms) const;
  void AddPreviousEntry(const Extent& before, v1::Evidence& evidence) const;
  // The epoch that says that it continues `log`, if one is held.
  std::optional<std::string> EpochAfter(const std::string& log) const;
  // That the chunk continues a log after whose end a later epoch is held.
  std::optional<Session::ChunkFault> EndedEpoch(const log::VerifiedChunk& verified,
                                                int64_t now_ms) const;
  // The text of the evidence, if both sides are signed. `shown`, which may be null,
  // is the chunk whose entries the claimed side is of.
  absl::StatusOr<std::string> TwoRoots(const ProvenExtent& claimed, const std::string& reason,
                                       int64_t now_ms, const v1::Chunk* shown = nullptr) const;
  // The first entry that differs, on both sides, with proofs, where they can be made.
  void AddTwoEntries(const v1::Chunk& shown, v1::Evidence& evidence) const;

  const log::EventLog& log_;
  log::Sequencer& sequencer_;
  const KeyRegistry& keys_;
  std::map<std::string, Tip> ahead_;
};

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_CHUNKS_ARRIVAL_CHECK_H_
