// Refills a node that has lost its disk, or whose disk was set back, from those
// that hold verified copies of its logs, and opens a new epoch of its own log
// (design, 4).
//
//   parent ──────── own log, logs from below ─┐
//   (for se: the counties)                    ├─► <data>.restoring ─► <data>
//   lost directory ── copies it has beyond ───┤
//   (if readable)  ── own events that no ─────┘   the lost one is kept as
//                     parent ever had             <data>.before-restore
//
// Nothing at <data> changes before all has been verified and written.
#ifndef SERVICES_RESTORE_RESTORE_H_
#define SERVICES_RESTORE_RESTORE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/log/database/rocksdb_database.h"
#include "services/restore/log_origin.h"
#include "services/restore/plan.h"

namespace liggare::restore {

struct RestoreOptions {
  NodeParts node;
  log::SharedResources& databases;
  std::string data;  // The node's data directory; may be missing, empty or damaged.
  // The new epoch is above this one: receipts may show epochs that were lost.
  uint32_t epoch_above = 0;
  // Who is asked: the parent; for se, as many counties as there are.
  std::vector<std::unique_ptr<Peer>> peers;
};

// NOT_FOUND if nobody holds anything of the node's log: then there is nothing to
// restore. FAILED_PRECONDITION if the data directory is in use or another node's;
// CONFIGURATION if others than its owner may enter it.
// VERIFICATION_FAILED if what the peers hold does not verify or contradicts itself.
// After an error the data directory is as it was; a further attempt begins anew.
absl::StatusOr<RestoreReport> Restore(const RestoreOptions& options);

}  // namespace liggare::restore

#endif  // SERVICES_RESTORE_RESTORE_H_
