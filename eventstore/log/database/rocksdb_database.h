// The Database that is kept: RocksDB, with a column family for each Family (meta is
// the default one). docs/storage_format.md says what is in them, and
// docs/architecture.md why RocksDB is set as it is.
#ifndef EVENTSTORE_LOG_DATABASE_ROCKSDB_DATABASE_H_
#define EVENTSTORE_LOG_DATABASE_ROCKSDB_DATABASE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "eventstore/log/database/database.h"

namespace rocksdb {
class Env;
}

namespace liggare::log {

// What all databases of a process share: a process may host a hundred nodes, most
// of them idle. Thread-safe; must outlive every database opened with it.
class SharedResources {
 public:
  struct Limits {
    size_t block_cache_bytes = 64 * 1024 * 1024;
    // Of all memtables together; a database that writes beyond it flushes.
    size_t write_buffer_bytes = 192 * 1024 * 1024;
  };
  SharedResources();
  // Files and threads come from `env`, which must outlive this; from the system if
  // null. Tests put a disk with faults there.
  explicit SharedResources(Limits limits, rocksdb::Env* env = nullptr);
  ~SharedResources();

 private:
  friend class RocksDatabase;
  struct State;
  const std::unique_ptr<State> state_;
};

// A table of which RocksDB finds a block damaged.
struct DamagedFile {
  Family family;
  std::string message;
};

// Thread-safe, as Database says. Messages of errors name the path.
class RocksDatabase : public Database {
 public:
  struct OpenOptions {
    bool create_if_missing = false;
    // For a repair: families that are missing are made, and a table that can't be
    // opened stops only those who read it.
    bool for_repair = false;
  };
  // NOT_FOUND if there is no database and none shall be made; FAILED_PRECONDITION
  // if another process has it open; DATA_LOSS if it is damaged; ABORTED if a repair
  // was cut off and a family is missing; UNAVAILABLE if the disk can't be read or
  // written; CONFIGURATION if others than its owner may enter the directory. One that is
  // made gets mode 0700.
  static absl::StatusOr<std::unique_ptr<RocksDatabase>> Open(const std::string& path,
                                                             SharedResources& shared,
                                                             OpenOptions options);

  // Opens a database to look at it, damaged or not: nothing can be written, and what
  // can't be read of the write-ahead log is left out. A block with a wrong checksum stays
  // unreadable: RocksDB asserts that what it reads is well-formed. damage() says what was found. No
  // other process may have it open.
  static absl::StatusOr<std::unique_ptr<RocksDatabase>> OpenForInspection(const std::string& path,
                                                                          SharedResources& shared);
  ~RocksDatabase() override;

  absl::Status Write(const Batch& batch, Durability durability) override;
  absl::StatusOr<std::optional<std::string>> Get(Family family,
                                                 std::string_view key) const override;
  std::unique_ptr<Cursor> NewCursor(Family family) const override;

  absl::Status Purge(Family family) override;

  // Moves all that is only in the write-ahead log into files.
  absl::Status Flush();
  // Copies the database as it is now into `directory`, which is made if it is
  // missing, for its owner alone, and may hold earlier backups: their files are shared. Writing
  // goes on meanwhile. `mark` is kept with the backup, as its app metadata. See backup.h for what a
  // backup is; UNAVAILABLE if the copy fails.
  struct Copied {
    uint32_t backup_id = 0;
    uint64_t bytes = 0;         // Of all its files.
    uint64_t bytes_copied = 0;  // Of those that no earlier backup had.
  };
  absl::StatusOr<Copied> BackUp(const std::string& directory, const std::string& mark);
  // Bytes of all files in the directory.
  uint64_t FileBytes() const;
  // Checks every block of every table.
  std::vector<DamagedFile> DamagedFiles() const;
  // Drops a family with its files, readable or not, and begins it anew. Nobody may read
  // or write meanwhile. Not kMeta, which every RocksDB has. If the machine stops in
  // between, the family is missing until it is opened for_repair.
  absl::Status Recreate(Family family);
  // What was wrong when it was opened for inspection; empty if nothing.
  const std::vector<std::string>& damage() const;

 private:
  struct State;
  explicit RocksDatabase(std::unique_ptr<State> state);
  const std::unique_ptr<State> state_;
};

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_DATABASE_ROCKSDB_DATABASE_H_
