// The logs that a node holds: names and local numbers, and what is durable of
// each. Readers take copies; the sequencer publishes after each sync. Private to
// this folder.
#ifndef EVENTSTORE_LOG_READ_LOG_CATALOG_H_
#define EVENTSTORE_LOG_READ_LOG_CATALOG_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "eventstore/log/database/database.h"
#include "eventstore/log/read/event_log.h"
#include "eventstore/merkle/tree.h"

namespace liggare::log {

// A log's durable state with its tree.
struct CatalogLog {
  HeldLog held;
  std::shared_ptr<const merkle::Tree> tree;  // Never null.
};

// The epoch if `name` is a log of `path`: <path>@<epoch>.
std::optional<uint64_t> EpochOf(std::string_view name, std::string_view path);

// A log without entries.
CatalogLog EmptyLog(std::string name, uint32_t number);

// Thread-safe. Numbers are given out from keys::kFirstLogNumber without gaps, and
// never change.
class LogCatalog {
 public:
  // Reads every log's name, size, last clock and tree. DATA_LOSS names the log
  // that is damaged.
  absl::Status Load(const Database& database);

  // Makes the new states visible, all at once. A number that is not known yet
  // must be NextNumber().
  void Publish(std::vector<CatalogLog> logs);

  uint32_t NextNumber() const;
  std::optional<CatalogLog> Find(std::string_view name) const;
  std::vector<HeldLog> All() const;  // By number.
  // The greatest clock of any entry held.
  uint64_t last_clock() const;
  // The number of the log of `path` with the highest epoch; 0 if there is none.
  uint32_t LatestEpochOf(std::string_view path) const;
  // All logs of `path`, by number.
  std::vector<HeldLog> LogsOf(std::string_view path) const;
  // Their numbers.
  std::vector<uint32_t> EpochsOf(std::string_view path) const;

  // The sizes by number, at one moment; [0] is not used. What is read under a
  // cursor is cut off at sizes taken before the cursor was made, or a commit in
  // between would be seen in part.
  std::vector<uint64_t> Sizes() const;
  // The name of a log; null if there is none. Lives as long as the catalog.
  const std::string* NameOf(uint32_t number) const;

 private:
  mutable std::shared_mutex mutex_;
  std::deque<CatalogLog> logs_ ABSL_GUARDED_BY(mutex_);  // By number.
  std::map<std::string, uint32_t, std::less<>> names_ ABSL_GUARDED_BY(mutex_);
  uint64_t last_clock_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_READ_LOG_CATALOG_H_
