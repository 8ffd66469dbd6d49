// Rebuilds what a node derives from its entries: tiles, ids, subjects, known. Takes away
// what others can give again or nobody needs: texts that are damaged, checkpoints that
// can't be read or that their log has not signed, lines of others on them. The entries themselves
// are never touched: whoever changed one would destroy the only evidence of what it was. Works on a
// node that nobody has open.
//
//   entries ─ sound? ─► what each implies ─ differs? ─► written again
//   rows    ─ implied by an entry? ─ no ─► removed
#ifndef EVENTSTORE_LOG_CARE_REPAIR_H_
#define EVENTSTORE_LOG_CARE_REPAIR_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/log/care/fsck.h"

namespace liggare::log {

struct RepairReport {
  FsckReport before;
  // What a check finds now: entries that must be fetched again from a tier that has
  // them, and damage to meta.
  FsckReport after;
  uint64_t rows_written = 0;
  uint64_t rows_removed = 0;
  // Texts that did not match their commitments. They are gone, as if erased, and can
  // come again from a node that has them.
  uint64_t texts_removed = 0;
  // Texts that are gone and that no entry has erased, those among them: their entries no
  // longer count them as kept.
  uint64_t texts_lost = 0;
  // Checkpoints that were no checkpoints of their log, and are gone; the next that comes
  // covers the same entries. And those of which lines that do not verify are gone.
  uint64_t checkpoints_removed = 0;
  uint64_t checkpoints_reduced = 0;
  // Families whose files were damaged and that were written anew.
  std::vector<std::string> rebuilt_families;
};

// Repairs every log of which no entry is damaged. What it writes is synced piece by
// piece, each piece right by itself: after a crash it can be run again. Run on a sound
// database it changes nothing.
absl::StatusOr<RepairReport> Repair(Database& database, const FsckOptions& options);

// The same for a directory, also if files of derived families are damaged: those
// families are dropped and built anew, and until that is done the node does not open.
// DATA_LOSS if it is the write-ahead log, events, disclosures or meta that RocksDB
// can't read: then the node must be restored.
absl::StatusOr<RepairReport> RepairDirectory(const std::string& path, SharedResources& shared,
                                             const FsckOptions& options);

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_CARE_REPAIR_H_
