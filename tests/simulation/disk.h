// A machine's database in memory, with the ways in which a disk fails.
//
//   Write ──► rows (what the running process reads)
//               │  journal: batches that are written and not synced
//   sync ───────┴──► durable: told to the observer, kept by every crash
//
// A crash keeps the durable batches and some first part of the journal, as a
// write-ahead log does; a batch is kept whole or not at all. A sync that failed
// leaves its batches in doubt: the process does not see them again, but the next
// one may.
//
// Not thread-safe.
#ifndef TESTS_SIMULATION_DISK_H_
#define TESTS_SIMULATION_DISK_H_

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "eventstore/log/database/database.h"
#include "tests/simulation/random.h"

namespace liggare::simulation {

// Ways in which the disk can lie, planted to see that the checker finds them.
enum class DiskBug {
  kNone,
  kSyncIsALie,    // Synced writes are kept in the journal only.
  kDropsEntry,    // Now and then an entry is not written.
  kChangesEntry,  // Now and then a byte of an entry is another.
  kForgetsIds,    // Rows of the family ids are not written.
  kLosesSubject,  // Now and then a row of the family subjects is not written.
};

class Disk : public log::Database {
 public:
  using Rows = std::map<std::string, std::string, std::less<>>;
  using Families = std::array<std::shared_ptr<Rows>, log::kFamilyCount>;
  // Told of every batch when it has become durable, in order.
  using Observer = std::function<void(const log::Batch&)>;

  Disk(Random random, Observer observer);
  // An empty one takes on what another's holds durably: a backup, a clone.
  static Families Copy(const Disk& from);
  static Families Empty();

  // log::Database.
  absl::Status Write(const log::Batch& batch, log::Durability durability) override;
  absl::StatusOr<std::optional<std::string>> Get(log::Family family,
                                                 std::string_view key) const override;
  std::unique_ptr<log::Cursor> NewCursor(log::Family family) const override;
  // There are no files.
  absl::Status Purge(log::Family) override { return failure_; }

  // --- Faults.

  // Every write fails until it is freed.
  void SetFull(bool full) { full_ = full; }
  // The next synced write fails. `reached`: a later process will find it all the same.
  void FailNextSync(bool reached) { fail_next_sync_ = reached; }
  // The machine stops in the middle of the next synced write. `reached`: it was
  // durable, but nobody was told.
  void CrashAtNextSync(bool reached) { crash_at_next_sync_ = reached; }
  // Whether that has happened: nothing can be written until Reopen.
  bool crashed() const { return crashed_; }
  void Plant(DiskBug bug) { bug_ = bug; }
  // A byte of some entry changes. Its row's key; nothing if there is no entry.
  std::optional<std::string> DamageAnEntry();

  // --- Ends of a process's life.

  // The process dies. With the machine (`power_lost`) a part of the journal dies too.
  void Die(bool power_lost);
  // A new process: earlier failures are forgotten, what was in doubt is there or not.
  void Reopen();
  // The contents are replaced by an older copy.
  void Restore(const Families& copy);

  const Rows& rows(log::Family family) const { return *rows_[static_cast<size_t>(family)]; }
  bool full() const { return full_; }

 private:
  struct Undo {
    log::Family family;
    std::string key;
    std::optional<std::string> value;  // Before the write.
  };
  struct Written {
    log::Batch batch;
    std::vector<Undo> undo;
  };
  Rows& MutableRows(log::Family family);
  void Apply(const log::Batch& batch, std::vector<Undo>& undo);
  void Revert(const std::vector<Undo>& undo);
  void MakeDurable();
  log::Batch Spoilt(const log::Batch& batch);

  Random random_;
  const Observer observer_;
  Families rows_;
  std::vector<Written> journal_;
  std::vector<log::Batch> in_doubt_;
  absl::Status failure_;
  bool full_ = false;
  bool crashed_ = false;
  std::optional<bool> fail_next_sync_;
  std::optional<bool> crash_at_next_sync_;
  DiskBug bug_ = DiskBug::kNone;
};

}  // namespace liggare::simulation

#endif  // TESTS_SIMULATION_DISK_H_
