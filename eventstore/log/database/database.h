// The narrow interface between the event store and what holds its bytes:
// batch, get, seek, sync. RocksDatabase is the real one; a memory model steps
// the same code in tests.
#ifndef EVENTSTORE_LOG_DATABASE_DATABASE_H_
#define EVENTSTORE_LOG_DATABASE_DATABASE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace liggare::log {

// The column families (docs/storage_format.md).
enum class Family { kEvents, kTiles, kIds, kSubjects, kKnown, kDisclosures, kMeta };
inline constexpr int kFamilyCount = 7;
inline constexpr Family kFamilies[] = {Family::kEvents,   Family::kTiles, Family::kIds,
                                       Family::kSubjects, Family::kKnown, Family::kDisclosures,
                                       Family::kMeta};
// The family's name, as in docs/storage_format.md: "events".
const char* FamilyName(Family family);

// Changes that are written together or not at all. Later operations win over
// earlier ones on the same key. A row of meta brings its seal (storage_format.md), so
// that whoever writes one cannot forget it. The bytes lie in one buffer, which Clear keeps, so
// that a batch that is used again allocates nothing.
class Batch {
 public:
  // Views that live until the batch is changed.
  struct Operation {
    Family family;
    bool is_delete;
    std::string_view key;
    std::string_view value;
  };

  void Put(Family family, std::string_view key, std::string_view value);
  void Delete(Family family, std::string_view key);
  void Clear();

  size_t size() const { return places_.size(); }  // Operations.
  bool empty() const { return places_.empty(); }
  Operation operation(size_t i) const;

 private:
  void Add(Family family, bool is_delete, std::string_view key, std::string_view value);
  struct Place {
    Family family;
    bool is_delete;
    uint32_t key_bytes;
    uint32_t value_bytes;
    size_t offset;
  };
  std::vector<Place> places_;
  std::string bytes_;
};

// Walks the keys of one family in byte order, over the contents at the moment
// it was made. Not thread-safe; must not outlive its Database.
class Cursor {
 public:
  virtual ~Cursor() = default;
  // Moves to the first key >= `key`.
  virtual void Seek(std::string_view key) = 0;
  // Moves to the last key <= `key`.
  virtual void SeekForPrev(std::string_view key) = 0;
  virtual bool Valid() const = 0;
  virtual void Next() = 0;
  virtual void Prev() = 0;
  // Views that live until the cursor moves. Require Valid().
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
  // Why the cursor is not valid, if not for want of keys: DATA_LOSS.
  virtual absl::Status status() const = 0;
};

enum class Durability {
  kSynced,    // On disk when the call returns OK.
  kBuffered,  // On disk with the next synced write, or lost with the machine.
};

// Thread-safe. After a failed write nothing further may be written; the owner
// closes the node for writing until it is reopened.
class Database {
 public:
  virtual ~Database() = default;
  virtual absl::Status Write(const Batch& batch, Durability durability) = 0;
  // Nothing if there is no such key; DATA_LOSS if it can't be read.
  virtual absl::StatusOr<std::optional<std::string>> Get(Family family,
                                                         std::string_view key) const = 0;
  virtual std::unique_ptr<Cursor> NewCursor(Family family) const = 0;
  // Frees the files of what was deleted from `family` or written over: with OK none of
  // them holds a byte of it. Reads through all of the family. UNAVAILABLE if somebody
  // still uses such a file (a cursor, a backup): to be tried again.
  virtual absl::Status Purge(Family family) = 0;
};

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_DATABASE_DATABASE_H_
