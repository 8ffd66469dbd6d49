// A Database in memory, for tests: what is synced and what is only buffered are
// kept apart, so that a crash can be played, and writes can be made to fail.
#ifndef TESTS_TESTING_MEMORY_DATABASE_H_
#define TESTS_TESTING_MEMORY_DATABASE_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "eventstore/log/database/database.h"

namespace liggare::testing {

// Thread-safe.
class MemoryDatabase : public log::Database {
 public:
  MemoryDatabase();

  absl::Status Write(const log::Batch& batch, log::Durability durability) override;
  absl::StatusOr<std::optional<std::string>> Get(log::Family family,
                                                 std::string_view key) const override;
  // Walks a copy of the family.
  std::unique_ptr<log::Cursor> NewCursor(log::Family family) const override;

  // There are no files; those that succeed are counted. From FailPurges on each fails with
  // its status; OK ends it.
  absl::Status Purge(log::Family family) override;
  uint64_t purges() const;
  void FailPurges(absl::Status status);

  // What is left after the machine stops: the writes that were synced, and those
  // before them.
  std::unique_ptr<MemoryDatabase> AfterCrash() const;

  // Every write from now on fails with this and changes nothing; OK ends it.
  void FailWrites(absl::Status status);

  // How many writes succeeded, and how many of them were synced.
  uint64_t writes() const;
  uint64_t synced_writes() const;

  // Changes stored bytes behind the owner's back. Overwrite replaces or adds.
  void Overwrite(log::Family family, std::string_view key, std::string_view value);
  void Erase(log::Family family, std::string_view key);

  using Rows = std::map<std::string, std::string, std::less<>>;
  // A copy of all rows of a family.
  Rows Contents(log::Family family) const;

 private:
  // Copied when it is changed while a cursor holds it.
  using Families = std::array<std::shared_ptr<Rows>, log::kFamilyCount>;
  Rows& MutableRows(log::Family family);

  mutable std::mutex mutex_;
  Families current_ ABSL_GUARDED_BY(mutex_);
  std::array<Rows, log::kFamilyCount> synced_ ABSL_GUARDED_BY(mutex_);
  // The writes since the last sync.
  struct Change {
    log::Family family;
    std::string key;
    std::optional<std::string> value;
  };
  std::vector<Change> buffered_ ABSL_GUARDED_BY(mutex_);
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  uint64_t writes_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t synced_writes_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status purge_failure_ ABSL_GUARDED_BY(mutex_);
  uint64_t purges_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace liggare::testing

#endif  // TESTS_TESTING_MEMORY_DATABASE_H_
