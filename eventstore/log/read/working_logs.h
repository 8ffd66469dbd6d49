// The logs as they will be after the commit that is being built. Private to this
// folder.
#ifndef EVENTSTORE_LOG_READ_WORKING_LOGS_H_
#define EVENTSTORE_LOG_READ_WORKING_LOGS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eventstore/log/read/log_catalog.h"
#include "eventstore/merkle/tree.h"
#include "eventstore/note/note.h"

namespace liggare::log {

// One log that the commit touches. `held` is up to date, but for the own log's
// root, which is computed once, at the end.
struct WorkingLog {
  HeldLog held;
  merkle::Tree tree;
  bool is_new = false;       // It has no number yet.
  bool advanced = false;     // It has more entries than before.
  bool named = false;        // In a Received of this commit.
  bool substantial = false;  // One of them is not a Received, and not withheld.
  bool in_part = false;      // Entries of it may be withheld from this node.
  // The checkpoint of the last chunk stored.
  std::optional<note::SignedCheckpoint> checkpoint;
};

// Not thread-safe. The catalog must outlive it.
class WorkingLogs {
 public:
  explicit WorkingLogs(const LogCatalog& catalog)
      : catalog_(catalog), next_number_(catalog.NextNumber()) {}

  // The log, to be changed. A log that is not held begins empty and new. The
  // reference stays valid.
  WorkingLog& Get(std::string_view name);
  // Gives a new log the next number: from here on it is part of the commit.
  void Number(WorkingLog& log);
  // As Get, but null for a log that is not held.
  WorkingLog* Find(std::string_view name);

  // Every log touched, in the order of their names.
  std::map<std::string, WorkingLog, std::less<>>& touched() { return logs_; }

  // What to publish when the commit is durable: all that were touched but for new
  // ones that never got a number. Leaves nothing here.
  std::vector<CatalogLog> Finish();

 private:
  const LogCatalog& catalog_;
  uint32_t next_number_;
  std::map<std::string, WorkingLog, std::less<>> logs_;
};

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_READ_WORKING_LOGS_H_
