// Reads what a session sends from a node's logs: entries with a signed checkpoint
// at or beyond their end. Chunks of the own log get one signed at their end;
// copies can be sent only as far as a stored checkpoint reaches, and are cut at
// stored checkpoints where possible, so that every tier can cosign them. Where a
// checkpoint of the own log is stored, it is sent with its cosignatures.
//
// Thread-safe, but reads the disk: not for a thread that must return at once.
#ifndef SERVICES_REPLICATION_CHUNKS_CHUNK_SOURCE_H_
#define SERVICES_REPLICATION_CHUNKS_CHUNK_SOURCE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "eventstore/log/read/event_log.h"
#include "eventstore/log/write/sequencer.h"
#include "services/replication/chunks/key_registry.h"
#include "services/replication/session/effect.h"
#include "services/replication/session/session.h"

namespace liggare::replication {

class ChunkSource {
 public:
  ChunkSource(const log::EventLog& log, log::Sequencer& sequencer, const KeyRegistry& keys)
      : log_(log), sequencer_(&sequencer), keys_(&keys) {}
  // Sign nothing: the own log, too, can be sent only as far as it is covered.
  ChunkSource(const log::EventLog& log, const KeyRegistry& keys)
      : log_(log), sequencer_(nullptr), keys_(&keys) {}
  explicit ChunkSource(const log::EventLog& log) : log_(log), sequencer_(nullptr), keys_(nullptr) {}

  // The log as a session sees it.
  absl::StatusOr<LocalLog> View(const log::HeldLog& held) const;

  struct Reading {
    v1::Chunk chunk;  // Without entries if no checkpoint covers any.
    merkle::Hash end_root = {};
  };
  absl::StatusOr<Reading> Read(const ReadChunk& read) const;

  // The size of the smallest stored checkpoint at or after `size`. NOT_FOUND if there
  // is none.
  absl::StatusOr<uint64_t> CutAfter(const std::string& log, uint64_t size) const;

  // Proof of this node's state of a log at a size: a chunk without entries.
  struct StateProof {
    Extent state;
    v1::Chunk proof;
  };
  absl::StatusOr<StateProof> Prove(const std::string& log, uint64_t size) const;

 private:
  struct Covering {
    uint64_t size = 0;
    merkle::Hash root = {};
    std::string note;
  };
  // How many of the entries [first, end) go into a chunk before their texts become
  // too many: at least one.
  absl::StatusOr<uint64_t> CountWithTexts(const std::string& log, uint64_t first,
                                          uint64_t end) const;
  // The smallest checkpoint at or after `size`: of the own log the one of that
  // size. NOT_FOUND if there is none.
  absl::StatusOr<Covering> CoveringAt(const std::string& log, uint64_t size) const;
  // Of the own log, signed now or before.
  absl::StatusOr<Covering> SignedAt(uint64_t size) const;
  // The same of stored ones alone, but for those by a revoked key.
  absl::StatusOr<Covering> StoredAt(const std::string& log, uint64_t size) const;
  // The largest stored checkpoint in (first, end]; else the first after `end`.
  absl::StatusOr<Covering> BestCut(const std::string& log, uint64_t first, uint64_t end) const;
  // Whether the log can be signed here.
  bool IsOwn(const std::string& log) const {
    return sequencer_ != nullptr && log == log_.own_log();
  }

  const log::EventLog& log_;
  log::Sequencer* const sequencer_;  // Null: nothing is signed.
  const KeyRegistry* const keys_;    // Null: revoked signatures are not told.
};

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_CHUNKS_CHUNK_SOURCE_H_
