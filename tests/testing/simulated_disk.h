// A disk in memory that keeps apart what was written and what was synced, so that
// a test can stop the machine at any file operation and look at what is left.
//
//   written   names ──► bytes          what the running process sees
//                │          │
//             fsync of    fsync of
//             the directory the file
//                ▼          ▼
//   durable   names ──► bytes          what is left after a power loss, and of the
//                                      rest a random part
//
// It knows no RocksDB but its status; FaultFileSystem gives it to RocksDB.
#ifndef TESTS_TESTING_SIMULATED_DISK_H_
#define TESTS_TESTING_SIMULATED_DISK_H_

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "rocksdb/io_status.h"

namespace liggare::testing {

// Thread-safe. Paths are absolute; "/" exists.
class SimulatedDisk {
 public:
  struct Inode;
  using File = std::shared_ptr<Inode>;

  explicit SimulatedDisk(uint64_t seed);
  ~SimulatedDisk();

  // --- Faults.

  // The `n`th operation from now that changes something (1 is the next) does not
  // take place, or an append only in part; nor does any later one, until Restart.
  // 0: never.
  void CrashAt(uint64_t n);
  void Crash() { CrashAt(1), Stop(); }
  bool crashed() const;
  // How many operations have changed something since the beginning.
  uint64_t operations() const;

  enum class End {
    kKilled,     // The process died; the system keeps all that was written.
    kPowerLoss,  // What was not synced is lost: a random part of it.
  };
  // What the next process finds.
  void Restart(End end);

  // Appends fail when all files together would have more bytes.
  void LimitSpace(uint64_t bytes_max);
  // The next `count` syncs of files fail with EIO. As on Linux, what such a sync
  // should have written is never written: later syncs succeed without it.
  void FailSyncs(uint64_t count);
  // Syncs of directories say that they succeed, and do nothing.
  void IgnoreDirectorySyncs(bool ignore);
  // The next `count` reads of files whose path has this in it fail with EIO.
  void FailReads(std::string part_of_path, uint64_t count);
  // The same, but one bit is flipped instead.
  void FlipReads(std::string part_of_path, uint64_t count);
  // Flips bits of what is stored.
  void FlipAtRest(const std::string& path, uint64_t offset, uint8_t mask);
  // Syncs of files wait until ReleaseSyncs.
  void HoldSyncs();
  void ReleaseSyncs();
  // Waits until one does.
  void AwaitHeldSync();

  // --- What is stored.

  std::vector<std::string> Paths() const;
  std::string Contents(const std::string& path) const;
  uint64_t TotalBytes() const;

  // --- The operations, as a file system has them.

  rocksdb::IOStatus Open(const std::string& path, File* file);
  rocksdb::IOStatus Create(const std::string& path, File* file);
  rocksdb::IOStatus Append(Inode& file, std::string_view bytes);
  rocksdb::IOStatus Read(Inode& file, uint64_t offset, size_t n, char* out, size_t* read);
  rocksdb::IOStatus Sync(Inode& file);
  rocksdb::IOStatus Truncate(Inode& file, uint64_t size);
  rocksdb::IOStatus MakeDirectory(const std::string& path, bool may_exist);
  rocksdb::IOStatus SyncDirectory(const std::string& path);
  rocksdb::IOStatus Rename(const std::string& from, const std::string& to);
  rocksdb::IOStatus Delete(const std::string& path);
  rocksdb::IOStatus Children(const std::string& path, std::vector<std::string>* names);
  rocksdb::IOStatus Size(const std::string& path, uint64_t* bytes);
  bool IsDirectory(const std::string& path) const;
  uint64_t FreeBytes() const;

 private:
  using Names = std::map<std::string, File, std::less<>>;
  // Names that became another file, or none (null), at once.
  struct NameChange {
    std::string directory;
    std::vector<std::pair<std::string, File>> names;
  };
  struct ReadFault {
    std::string part_of_path;
    uint64_t count = 0;
  };

  void Stop();
  uint64_t Random(uint64_t end) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  rocksdb::IOStatus Begin() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  rocksdb::IOStatus Alive() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  uint64_t TotalBytesLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  File Find(const std::string& path) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Change(NameChange change) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void MakeDurable(const NameChange& change) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LoseNames() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LoseBytes(Inode& file) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DropOrphans() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable std::mutex mutex_;
  std::condition_variable sync_changed_;
  std::mt19937_64 random_ ABSL_GUARDED_BY(mutex_);
  Names names_ ABSL_GUARDED_BY(mutex_);
  Names durable_names_ ABSL_GUARDED_BY(mutex_);
  std::vector<NameChange> unsynced_changes_ ABSL_GUARDED_BY(mutex_);  // In order.
  uint64_t operations_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t crash_at_ ABSL_GUARDED_BY(mutex_) = 0;
  bool crashed_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t space_bytes_ ABSL_GUARDED_BY(mutex_) = UINT64_MAX;
  uint64_t failing_syncs_ ABSL_GUARDED_BY(mutex_) = 0;
  bool ignore_directory_syncs_ ABSL_GUARDED_BY(mutex_) = false;
  ReadFault failing_reads_ ABSL_GUARDED_BY(mutex_);
  ReadFault flipped_reads_ ABSL_GUARDED_BY(mutex_);
  bool hold_syncs_ ABSL_GUARDED_BY(mutex_) = false;
  int held_syncs_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace liggare::testing

#endif  // TESTS_TESTING_SIMULATED_DISK_H_
