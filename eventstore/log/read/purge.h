// Texts that were erased leave the files, too. A commit that erases counts itself in
// meta; the files are purged after it, and again after a crash in between. Private to
// this folder.
#ifndef EVENTSTORE_LOG_READ_PURGE_H_
#define EVENTSTORE_LOG_READ_PURGE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "eventstore/log/database/database.h"

namespace liggare::log {

// How many commits have erased texts, and of how many the files are free.
struct Erasures {
  uint64_t committed = 0;
  uint64_t purged = 0;
};
absl::StatusOr<Erasures> ReadErasures(const Database& database);

// Purges the files of texts if that is owed, and notes that it was done. Errors as
// Database::Purge's and Write's: it is then still owed.
absl::Status PurgeIfOwed(Database& database);

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_READ_PURGE_H_
