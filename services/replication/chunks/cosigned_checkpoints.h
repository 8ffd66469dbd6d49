// Which tiers have cosigned a log far enough to cover an entry, and where.
#ifndef SERVICES_REPLICATION_CHUNKS_COSIGNED_CHECKPOINTS_H_
#define SERVICES_REPLICATION_CHUNKS_COSIGNED_CHECKPOINTS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/log/bytes/entry.h"
#include "eventstore/log/read/event_log.h"
#include "services/replication/chunks/key_registry.h"

namespace liggare::replication {

// So many stored checkpoints are looked at for one entry. The first that a tier
// cosigned is almost always the first stored one; the limit is for a log whose
// parent has been away for long.
inline constexpr size_t kCheckpointsSearchedMax = 4'096;

// A stored checkpoint: a C2SP signed note with the cosignatures held here.
struct StoredCheckpoint {
  uint64_t size = 0;
  std::string note;
  uint64_t time_s = 0;  // Of the cosignature that was looked for, since 1970.
};

// Per path, the first stored checkpoint of the entry's log that covers the entry
// and bears a cosignature by that node, verified with a key that the node has
// had; where a key is revoked, only as far as its signatures count. Paths without one are left out.
// Errors of reading are passed on.
absl::StatusOr<std::map<std::string, StoredCheckpoint>> FirstCosigned(
    const KeyRegistry& keys, const log::LogIndex& entry, const std::vector<std::string>& paths);

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_CHUNKS_COSIGNED_CHECKPOINTS_H_
