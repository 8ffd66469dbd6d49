// Reads for a node below the counties what it is shown of the logs above it: the
// entries that concern it (services/state/concern.h), each of the others withheld
// (eventstore/merkle/hash.h), so that it computes the same tree as everybody else.
//
//   log        e0 e1 e2 e3 e4 e5 e6 ...       * concerns the child
//              .  .  *  .  .  *  .
//   sent       h0 h1 e2 h3 h4 e5              what follows waits for the next *
//
// Only what an ancestor of the log's node has countersigned is sent: a node that is
// restored from its parent has then all that those below it have been shown. The end is
// where a checkpoint is stored, so that the child can prove what it has; a chunk that its
// bytes cut before that is followed by the rest.
//
// One for each session; not thread-safe. Reads the disk.
#ifndef SERVICES_REPLICATION_CHUNKS_SHOWN_ENTRIES_H_
#define SERVICES_REPLICATION_CHUNKS_SHOWN_ENTRIES_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "eventstore/log/read/event_log.h"
#include "services/replication/chunks/chunk_source.h"
#include "services/replication/chunks/key_registry.h"
#include "services/replication/session/effect.h"

namespace liggare::replication {

class ShownEntries {
 public:
  // `child` is the path of the node that is shown them.
  ShownEntries(const log::EventLog& log, const KeyRegistry& keys, std::string child)
      : log_(log), source_(log, keys), child_(std::move(child)) {}

  // The log as the session sees it.
  absl::StatusOr<LocalLog> View(const log::HeldLog& held) const { return source_.View(held); }

  // Without entries if none from the first on concerns the child yet. What has been
  // passed over is sent when it comes to kPassedOverMax, or its epoch has ended.
  absl::StatusOr<ChunkSource::Reading> Read(const ReadChunk& read);

 private:
  // What was looked through in vain.
  struct PassedOver {
    uint64_t first = 0;
    uint64_t end = 0;
  };
  // Where to cut; at the first index if there is nothing to send.
  absl::StatusOr<uint64_t> EndOf(const ReadChunk& read);
  // Withholds what does not concern the child, and the texts beside it.
  absl::Status Withhold(v1::Chunk& chunk) const;
  absl::StatusOr<bool> Concerns(std::string_view entry) const;
  bool HasEnded(const std::string& log) const;

  const log::EventLog& log_;
  const ChunkSource source_;
  const std::string child_;
  std::map<std::string, PassedOver> passed_over_;  // By log.
};

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_CHUNKS_SHOWN_ENTRIES_H_
