// Entries of another node's log, as they arrive, and their verification from
// the bytes. Pure but for reading the tree that is held already.
#ifndef EVENTSTORE_LOG_READ_CHUNK_H_
#define EVENTSTORE_LOG_READ_CHUNK_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "eventstore/log/read/commitment_places.h"
#include "eventstore/log/read/event_log.h"
#include "eventstore/merkle/proof.h"
#include "eventstore/merkle/tree.h"
#include "eventstore/note/checkpoint.h"
#include "eventstore/note/key.h"

namespace liggare::log {

// What arrived.
struct Chunk {
  std::string log;
  uint64_t first_index = 0;
  std::vector<std::string> entries;
  std::string checkpoint;  // A signed note, at or beyond the chunk's end.
  merkle::Proof consistency_proof;
  // Texts behind commitments in the entries; each commitment must be that of its
  // salt and text (commitment.h). Texts that belong to no entry are not stored.
  std::vector<DisclosureText> disclosures;
  // Entries may be withheld (merkle/hash.h); such a copy is not cosigned, for what is
  // withheld is not on this node's disk.
  bool in_part = false;
};

// What the indexes need of an entry, found while it was verified. Of one that is
// withheld nothing but its leaf hash is known.
struct EntryRow {
  bool withheld = false;
  uint64_t clock = 0;
  uint32_t type = 0;
  // Where the event id and the subject lie in the entry's bytes.
  uint32_t event_id_offset = 0;
  uint32_t subject_offset = 0;
  uint32_t subject_bytes = 0;
  merkle::Hash leaf = {};
};

// A chunk whose root was recomputed from its bytes and found under its
// checkpoint. Only VerifyChunk makes one.
struct VerifiedChunk {
  Chunk chunk;
  merkle::Hash root_before = {};  // Of the tree that the chunk begins at.
  merkle::Tree tree;              // After the chunk.
  merkle::Hash root = {};         // After the chunk.
  std::vector<merkle::FullTile> full_tiles;
  note::SignedCheckpoint checkpoint;
  std::vector<EntryRow> rows;                      // One for each entry.
  std::vector<CommitmentPlace> commitment_places;  // Of the disclosures.

  // The first and last entry that is not withheld; null if all are.
  const EntryRow* FirstShown() const;
  const EntryRow* LastShown() const;
};

// Whose fault a refused chunk is.
enum class ChunkFault {
  kNone,
  kPeer,  // Bytes, signature or proof do not verify: the session ends.
  kLog,   // Signed by the log's own key and yet impossible: evidence of a fork.
  kGap,   // It does not begin where the copy ends: say what is expected.
};
struct ChunkVerdict {
  ChunkFault fault = ChunkFault::kNone;
  absl::Status status;     // OK with kNone.
  VerifiedChunk verified;  // With a fault only `chunk`, as evidence.
};

// Checks that the chunk begins at the end of `tree` (the held tree of its log),
// recomputes the root from the bytes, checks the checkpoint's signature by `key`
// and the consistency proof, and then each entry's header: log, index, rising
// clock (above `last_clock`). The bytes are judged in that order: only what the
// log's own key has signed can blame the log. Takes about a microsecond for each
// entry of 512 bytes; call it outside the sequencer's thread.
ChunkVerdict VerifyChunk(Chunk chunk, merkle::Tree tree, uint64_t last_clock,
                         std::string_view trust_domain, const note::VerifierKey& key);

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_READ_CHUNK_H_
