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
#include "services/restore/lost_events.h"
#include "services/restore/peer_origin.h"
#include "services/restore/restored_log.h"

namespace liggare::restore {

struct RestoreOptions {
  NodeParts node;
  std::string data;  // The node's data directory; may be missing, empty or damaged.
  // The new epoch is above this one: receipts may show epochs that were lost.
  uint32_t epoch_above = 0;
  // Who is asked: the parent; for se, as many counties as there are.
  std::vector<std::unique_ptr<PeerOrigin>> peers;
};

// A log that came back.
struct TakenLog {
  std::string log;
  uint64_t size = 0;
  // What the peers hold beyond it and cannot prove; 0 as a rule.
  uint64_t unproven = 0;
};

struct RestoreReport {
  std::string path;
  replication::Extent previous;  // What the new epoch continues.
  std::string own_log;           // The new epoch's.
  std::vector<TakenLog> logs;
  std::vector<MovedEvent> moved;
  // What of the lost directory can't be read, a sentence each. What no peer had of
  // it is lost.
  std::vector<std::string> unreadable;
  std::string kept_directory;  // Where the lost one is; empty if there was none.
};

// NOT_FOUND if nobody holds anything of the node's log: then there is nothing to
// restore. FAILED_PRECONDITION if the data directory is in use or another node's.
// VERIFICATION_FAILED if what the peers hold does not verify or contradicts itself.
// After an error the data directory is as it was; a further attempt begins anew.
absl::StatusOr<RestoreReport> Restore(const RestoreOptions& options);

}  // namespace liggare::restore

#endif  // SERVICES_RESTORE_RESTORE_H_
