#include "eventstore/log/database/rocksdb_database.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "eventstore/log/database/private_directory.h"
#include "eventstore/log/database/rocksdb_options.h"
#include "eventstore/log/database/write_ahead_log.h"
#include "rocksdb/db.h"
#include "rocksdb/sst_file_reader.h"
#include "rocksdb/utilities/backup_engine.h"
#include "rocksdb/write_batch.h"

namespace liggare::log {
namespace {

rocksdb::Slice ToSlice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view ToView(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

bool IsLocked(const rocksdb::Status& status) {
  const std::string text = status.ToString();
  return status.IsIOError() && text.find("/LOCK") != std::string::npos &&
         text.find("lock") != std::string::npos;
}

bool IsMissingFile(const rocksdb::Status& status) {
  return (status.IsIOError() || status.IsNotFound()) &&
         status.ToString().find("No such file") != std::string::npos;
}

absl::Status ToStatus(const rocksdb::Status& status, const std::string& path) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = path + ": " + status.ToString();
  if (status.IsCorruption()) return absl::DataLossError(message);
  return absl::UnavailableError(message);
}

absl::Status ToOpenStatus(const rocksdb::Status& status, rocksdb::Env& env,
                          const std::string& path) {
  if (IsLocked(status)) {
    return absl::FailedPreconditionError(path + " is in use by another process");
  }
  if (env.FileExists(path + "/CURRENT").IsNotFound()) {
    return absl::NotFoundError(path + " holds no database");
  }
  if (status.IsInvalidArgument() &&
      status.ToString().find("Column family not found") != std::string::npos) {
    return absl::AbortedError(path + ": " + status.ToString() +
                              "; a repair was cut off: run liggare fsck --repair again");
  }
  if (IsMissingFile(status)) return absl::DataLossError(path + ": " + status.ToString());
  return ToStatus(status, path);
}

// RocksDB makes the directory too, but does not sync the one that holds it: after a
// power loss all of it would be gone, with whatever was acknowledged.
absl::Status MakeDurableDirectory(rocksdb::Env& env, const std::string& path) {
  const bool is_new = env.FileExists(path).IsNotFound();
  rocksdb::Status status = env.CreateDirIfMissing(path);
  if (!status.ok()) return ToStatus(status, path);
  if (is_new) {
    if (absl::Status closed = CloseDirectory(path); !closed.ok()) return closed;
  }
  const std::string parent = std::filesystem::absolute(path + "/").parent_path().parent_path();
  std::unique_ptr<rocksdb::Directory> directory;
  status = env.NewDirectory(parent, &directory);
  if (status.ok()) status = directory->Fsync();
  return ToStatus(status, path);
}

std::vector<std::string> FilesOf(rocksdb::Env& env, const std::string& path) {
  std::vector<std::string> names;
  env.GetChildren(path, &names).PermitUncheckedError();
  std::sort(names.begin(), names.end());
  return names;
}

// Tables and write-ahead logs come after CURRENT. Without it RocksDB would begin a new
// database beside them.
absl::Status CheckHasCurrent(rocksdb::Env& env, const std::string& path) {
  if (!env.FileExists(path + "/CURRENT").IsNotFound()) return absl::OkStatus();
  for (const std::string& name : FilesOf(env, path)) {
    if (!name.ends_with(".log") && !name.ends_with(".sst")) continue;
    return absl::DataLossError(path + " has " + name + " but no CURRENT");
  }
  return absl::OkStatus();
}

// The worst state of any file of the write-ahead log; what is damaged is named.
absl::StatusOr<WalState> InspectWriteAheadLogs(rocksdb::Env& env, const std::string& path,
                                               std::vector<std::string>& damage) {
  WalState worst = WalState::kWhole;
  for (const std::string& name : FilesOf(env, path)) {
    if (!name.ends_with(".log")) continue;
    std::string bytes;
    const rocksdb::Status read = rocksdb::ReadFileToString(&env, path + "/" + name, &bytes);
    if (!read.ok()) return ToStatus(read, path);
    const WalVerdict verdict = InspectWriteAheadLog(bytes);
    worst = std::max(worst, verdict.state);
    if (verdict.state != WalState::kDamaged) continue;
    damage.push_back("the write-ahead log " + name + " is damaged at byte " +
                     std::to_string(verdict.offset));
  }
  return worst;
}

// Of all files in a directory and those below it.
uint64_t BytesBelow(const std::string& directory) {
  uint64_t bytes = 0;
  std::error_code error;
  for (const auto& file : std::filesystem::recursive_directory_iterator(directory, error)) {
    std::error_code unreadable;
    const uint64_t size = file.is_regular_file(unreadable) ? file.file_size(unreadable) : 0;
    if (!unreadable) bytes += size;
  }
  return bytes;
}

class RocksCursor : public Cursor {
 public:
  RocksCursor(std::unique_ptr<rocksdb::Iterator> iterator, const std::string& path)
      : iterator_(std::move(iterator)), path_(path) {}
  void Seek(std::string_view key) override { iterator_->Seek(ToSlice(key)); }
  void SeekForPrev(std::string_view key) override { iterator_->SeekForPrev(ToSlice(key)); }
  bool Valid() const override { return iterator_->Valid(); }
  void Next() override { iterator_->Next(); }
  void Prev() override { iterator_->Prev(); }
  std::string_view key() const override { return ToView(iterator_->key()); }
  std::string_view value() const override { return ToView(iterator_->value()); }
  absl::Status status() const override {
    const absl::Status status = ToStatus(iterator_->status(), path_);
    return status.ok() ? status : absl::DataLossError(status.message());
  }

 private:
  const std::unique_ptr<rocksdb::Iterator> iterator_;
  const std::string& path_;
};

}  // namespace

struct SharedResources::State {
  RocksShared shared;
};

SharedResources::SharedResources() : SharedResources(Limits()) {}
SharedResources::SharedResources(Limits limits, rocksdb::Env* env)
    : state_(std::make_unique<State>()) {
  state_->shared.env = env == nullptr ? rocksdb::Env::Default() : env;
  state_->shared.block_cache = rocksdb::NewLRUCache(limits.block_cache_bytes);
  state_->shared.write_buffers =
      std::make_shared<rocksdb::WriteBufferManager>(limits.write_buffer_bytes);
}
SharedResources::~SharedResources() = default;

struct RocksDatabase::State {
  ~State() {
    for (rocksdb::ColumnFamilyHandle* family : families) {
      db->DestroyColumnFamilyHandle(family).PermitUncheckedError();
    }
    db.reset();
    if (lock != nullptr) env->UnlockFile(lock).PermitUncheckedError();
  }
  rocksdb::ColumnFamilyHandle* Handle(Family family) const {
    return families[static_cast<size_t>(family)];
  }
  rocksdb::Status OpenReadOnly(const rocksdb::DBOptions& options, const RocksShared& shared) {
    rocksdb::DB* opened = nullptr;
    const rocksdb::Status status =
        rocksdb::DB::OpenForReadOnly(options, path, FamilyDescriptors(shared), &families, &opened);
    db.reset(opened);
    return status;
  }

  // Names of the files that a family's rows are in now; of write-ahead logs that hold
  // anything.
  std::set<std::string> TablesOf(Family family) const;
  std::set<std::string> WriteAheadLogs() const;

  rocksdb::Env* env = nullptr;
  std::string path;
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> families;  // By Family.
  rocksdb::ReadOptions read_options;
  rocksdb::FileLock* lock = nullptr;  // Of an inspection.
  std::vector<std::string> damage;

  std::atomic<bool> write_failed = false;
  std::mutex write_mutex;
  rocksdb::WriteBatch write_batch ABSL_GUARDED_BY(write_mutex);  // Kept for its memory.
};

RocksDatabase::RocksDatabase(std::unique_ptr<State> state) : state_(std::move(state)) {}
RocksDatabase::~RocksDatabase() = default;

absl::StatusOr<std::unique_ptr<RocksDatabase>> RocksDatabase::Open(const std::string& path,
                                                                   SharedResources& shared,
                                                                   OpenOptions options) {
  rocksdb::DBOptions db_options = DatabaseOptions(shared.state_->shared);
  db_options.create_if_missing = options.create_if_missing;
  db_options.create_missing_column_families = options.create_if_missing || options.for_repair;
  db_options.paranoid_checks = !options.for_repair;
  auto state = std::make_unique<State>();
  state->env = shared.state_->shared.env;
  state->path = path;
  if (options.create_if_missing) {
    const absl::Status made = MakeDurableDirectory(*state->env, path);
    if (!made.ok()) return made;
  }
  if (absl::Status closed = CheckPrivateDirectory(path); !closed.ok()) return closed;
  if (absl::Status found = CheckHasCurrent(*state->env, path); !found.ok()) return found;
  // Asked to open it, RocksDB would make the directory, open to everybody.
  if (!options.create_if_missing && state->env->FileExists(path + "/CURRENT").IsNotFound()) {
    return absl::NotFoundError(path + " holds no database");
  }
  auto wal = InspectWriteAheadLogs(*state->env, path, state->damage);
  if (!wal.ok()) return wal.status();
  if (!state->damage.empty()) return absl::DataLossError(path + ": " + state->damage.front());
  // Where nothing was cut off, nothing may be left out.
  if (*wal == WalState::kWhole) {
    db_options.wal_recovery_mode = rocksdb::WALRecoveryMode::kAbsoluteConsistency;
  }
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(
      db_options, path, FamilyDescriptors(shared.state_->shared), &state->families, &db);
  state->db.reset(db);
  if (!status.ok()) return ToOpenStatus(status, *state->env, path);
  return std::unique_ptr<RocksDatabase>(new RocksDatabase(std::move(state)));
}

absl::StatusOr<std::unique_ptr<RocksDatabase>> RocksDatabase::OpenForInspection(
    const std::string& path, SharedResources& shared) {
  rocksdb::Env* env = shared.state_->shared.env;
  if (!env->FileExists(path + "/CURRENT").ok()) {
    return absl::NotFoundError(path + " holds no database");
  }
  if (absl::Status closed = CheckPrivateDirectory(path); !closed.ok()) return closed;
  auto state = std::make_unique<State>();
  state->env = env;
  state->path = path;
  state->read_options.fill_cache = false;
  rocksdb::Status status = env->LockFile(path + "/LOCK", &state->lock);
  if (!status.ok()) return ToOpenStatus(status, *state->env, path);
  rocksdb::DBOptions options = DatabaseOptions(shared.state_->shared);
  if (auto wal = InspectWriteAheadLogs(*env, path, state->damage); !wal.ok()) {
    state->damage.push_back(std::string(wal.status().message()));
  }
  status = state->OpenReadOnly(options, shared.state_->shared);
  if (!status.ok()) {
    state->damage.push_back(status.ToString());
    options.paranoid_checks = false;
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords;
    status = state->OpenReadOnly(options, shared.state_->shared);
  }
  if (!status.ok()) {
    // A write-ahead log that the manifest names is missing or too short. Tables can
    // still be read. (Not by no longer tracking these logs: RocksDB would then write.)
    state->damage.push_back(status.ToString());
    options.best_efforts_recovery = true;
    status = state->OpenReadOnly(options, shared.state_->shared);
  }
  if (!status.ok()) return ToOpenStatus(status, *state->env, path);
  return std::unique_ptr<RocksDatabase>(new RocksDatabase(std::move(state)));
}

absl::Status RocksDatabase::Write(const Batch& batch, Durability durability) {
  const std::lock_guard lock(state_->write_mutex);
  rocksdb::WriteBatch& write_batch = state_->write_batch;
  write_batch.Clear();
  for (size_t i = 0; i < batch.size(); ++i) {
    const Batch::Operation operation = batch.operation(i);
    rocksdb::ColumnFamilyHandle* family = state_->Handle(operation.family);
    const rocksdb::Status status =
        operation.is_delete
            ? write_batch.Delete(family, ToSlice(operation.key))
            : write_batch.Put(family, ToSlice(operation.key), ToSlice(operation.value));
    if (!status.ok()) return ToStatus(status, state_->path);
  }
  rocksdb::WriteOptions options;
  options.sync = durability == Durability::kSynced;
  const rocksdb::Status written = state_->db->Write(options, &write_batch);
  if (!written.ok()) state_->write_failed = true;
  return ToStatus(written, state_->path);
}

absl::StatusOr<std::optional<std::string>> RocksDatabase::Get(Family family,
                                                              std::string_view key) const {
  std::string value;
  const rocksdb::Status status =
      state_->db->Get(state_->read_options, state_->Handle(family), ToSlice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return absl::DataLossError(ToStatus(status, state_->path).message());
  return value;
}

std::unique_ptr<Cursor> RocksDatabase::NewCursor(Family family) const {
  std::unique_ptr<rocksdb::Iterator> iterator(
      state_->db->NewIterator(state_->read_options, state_->Handle(family)));
  return std::make_unique<RocksCursor>(std::move(iterator), state_->path);
}

absl::Status RocksDatabase::Flush() {
  // A flush would sync the write-ahead log once more, and a failed sync is never tried
  // again; RocksDB asserts that.
  if (state_->write_failed) {
    return absl::FailedPreconditionError(state_->path + " is not flushed after a failed write");
  }
  return ToStatus(state_->db->Flush(rocksdb::FlushOptions(), state_->families), state_->path);
}

std::set<std::string> RocksDatabase::State::TablesOf(Family family) const {
  std::vector<rocksdb::LiveFileMetaData> files;
  db->GetLiveFilesMetaData(&files);
  std::set<std::string> names;
  for (const rocksdb::LiveFileMetaData& file : files) {
    if (file.column_family_name == Handle(family)->GetName()) names.insert(file.name.substr(1));
  }
  return names;
}

std::set<std::string> RocksDatabase::State::WriteAheadLogs() const {
  std::set<std::string> names;
  for (const std::string& name : FilesOf(*env, path)) {
    uint64_t bytes = 0;
    if (!name.ends_with(".log") || !env->GetFileSize(path + "/" + name, &bytes).ok()) continue;
    if (bytes > 0) names.insert(name);
  }
  return names;
}

absl::Status RocksDatabase::Purge(Family family) {
  // A write-ahead log goes when nothing of it is in memory only, in whatever family.
  std::set<std::string> stale = state_->WriteAheadLogs();
  if (absl::Status flushed = Flush(); !flushed.ok()) return flushed;
  stale.merge(state_->TablesOf(family));
  rocksdb::CompactRangeOptions options;
  // Otherwise tables on the lowest level, where a deleted row may lie, stay as they are.
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  rocksdb::Status status =
      state_->db->CompactRange(options, state_->Handle(family), nullptr, nullptr);
  // A job that wrote files may still be deleting those that they replace: pausing waits
  // for it. Then this looks for what else could go; a cursor or a backup holds the rest.
  if (status.ok()) status = state_->db->PauseBackgroundWork();
  if (status.ok()) status = state_->db->ContinueBackgroundWork();
  if (status.ok()) status = state_->db->DisableFileDeletions();
  if (status.ok()) status = state_->db->EnableFileDeletions(/*force=*/false);
  if (!status.ok()) return ToStatus(status, state_->path);
  // A table that overlapped no other was moved, not merged: it holds nothing stale.
  const std::set<std::string> live = state_->TablesOf(family);
  for (const std::string& name : stale) {
    if (live.contains(name) || !state_->env->FileExists(state_->path + "/" + name).ok()) continue;
    return absl::UnavailableError(state_->path + ": " + name + " is still in use");
  }
  return absl::OkStatus();
}

uint64_t RocksDatabase::FileBytes() const { return BytesBelow(state_->path); }

absl::StatusOr<RocksDatabase::Copied> RocksDatabase::BackUp(const std::string& directory,
                                                            const std::string& mark) {
  if (absl::Status made = MakePrivateDirectory(directory); !made.ok()) return made;
  const uint64_t before = BytesBelow(directory);
  rocksdb::BackupEngine* opened = nullptr;
  rocksdb::IOStatus status = rocksdb::BackupEngine::Open(
      rocksdb::Env::Default(), rocksdb::BackupEngineOptions(directory), &opened);
  const std::unique_ptr<rocksdb::BackupEngine> engine(opened);
  if (!status.ok()) return ToStatus(status, directory);
  rocksdb::CreateBackupOptions options;
  options.flush_before_backup = true;  // In tables a damaged entry can be named.
  rocksdb::BackupID id = 0;
  status = engine->CreateNewBackupWithMetadata(options, state_->db.get(), mark, &id);
  if (!status.ok()) return ToStatus(status, directory);
  rocksdb::BackupInfo info;
  if (rocksdb::Status found = engine->GetBackupInfo(id, &info); !found.ok()) {
    return ToStatus(found, directory);
  }
  return Copied{id, info.size, BytesBelow(directory) - before};
}

std::vector<DamagedFile> RocksDatabase::DamagedFiles() const {
  std::vector<DamagedFile> damaged;
  std::vector<rocksdb::LiveFileMetaData> files;
  state_->db->GetLiveFilesMetaData(&files);
  for (const rocksdb::LiveFileMetaData& file : files) {
    for (const Family family : kFamilies) {
      if (state_->Handle(family)->GetName() != file.column_family_name) continue;
      rocksdb::SstFileReader reader(state_->db->GetOptions(state_->Handle(family)));
      rocksdb::Status status = reader.Open(file.db_path + file.name);
      if (status.ok()) status = reader.VerifyChecksum();
      if (status.ok()) continue;
      damaged.push_back({.family = family,
                         .message = "a table of " + std::string(FamilyName(family)) + ": " +
                                    std::string(ToStatus(status, file.name.substr(1)).message())});
    }
  }
  return damaged;
}

absl::Status RocksDatabase::Recreate(Family family) {
  rocksdb::ColumnFamilyHandle*& handle = state_->families[static_cast<size_t>(family)];
  const std::string name = handle->GetName();
  rocksdb::ColumnFamilyDescriptor descriptor;
  rocksdb::Status status = handle->GetDescriptor(&descriptor);
  if (status.ok()) status = state_->db->DropColumnFamily(handle);
  if (!status.ok()) return ToStatus(status, state_->path);
  rocksdb::ColumnFamilyHandle* made = nullptr;
  status = state_->db->CreateColumnFamily(descriptor.options, name, &made);
  if (!status.ok()) return ToStatus(status, state_->path);
  state_->db->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  handle = made;
  return absl::OkStatus();
}

const std::vector<std::string>& RocksDatabase::damage() const { return state_->damage; }

}  // namespace liggare::log
