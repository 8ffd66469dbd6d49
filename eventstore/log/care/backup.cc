#include "eventstore/log/care/backup.h"

#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "eventstore/log/bytes/keys.h"
#include "eventstore/log/care/fsck.h"
#include "eventstore/log/care/fsck_scope.h"
#include "eventstore/log/database/private_directory.h"
#include "eventstore/log/read/purge.h"
#include "proto/text/hex.h"
#include "rocksdb/env.h"
#include "rocksdb/utilities/backup_engine.h"

namespace liggare::log {
namespace {

namespace fs = std::filesystem;

// Where a copy is checked before it is believed.
constexpr char kUnfinishedSuffix[] = ".restoring";

absl::Status ToStatus(const rocksdb::Status& status, const std::string& what) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = what + ": " + status.ToString();
  if (status.IsNotFound()) return absl::NotFoundError(message);
  if (status.IsCorruption()) return absl::DataLossError(message);
  return absl::UnavailableError(message);
}

absl::Status Failed(const std::string& what, const std::error_code& error) {
  return error ? absl::UnavailableError(what + ": " + error.message()) : absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<rocksdb::BackupEngine>> OpenEngine(const std::string& directory) {
  if (!fs::is_directory(directory + "/meta")) {
    return absl::NotFoundError(directory + " holds no backup");
  }
  rocksdb::BackupEngine* engine = nullptr;
  const rocksdb::IOStatus status = rocksdb::BackupEngine::Open(
      rocksdb::Env::Default(), rocksdb::BackupEngineOptions(directory), &engine);
  if (!status.ok()) return ToStatus(status, directory);
  return std::unique_ptr<rocksdb::BackupEngine>(engine);
}

absl::StatusOr<rocksdb::BackupInfo> InfoOf(const rocksdb::BackupEngine& engine,
                                           std::optional<uint32_t> backup_id,
                                           const std::string& directory) {
  rocksdb::BackupInfo info;
  const rocksdb::Status found =
      backup_id ? engine.GetBackupInfo(*backup_id, &info) : engine.GetLatestBackupInfo(&info);
  std::vector<rocksdb::BackupID> damaged;
  engine.GetCorruptedBackups(&damaged);
  if (!damaged.empty() && (!found.ok() || damaged.back() > info.backup_id)) {
    return absl::DataLossError(directory + ": what backup " + std::to_string(damaged.back()) +
                               " consists of can't be read, or a file of it is missing");
  }
  if (found.ok()) return info;
  return absl::NotFoundError(
      directory + " holds no backup" +
      (backup_id ? " with the number " + std::to_string(*backup_id) : std::string()));
}

absl::Status CopyEvidence(const std::string& from, const std::string& to) {
  const std::string source = from + "/" + kEvidenceDirectory;
  std::error_code error;
  if (!fs::is_directory(source, error)) return absl::OkStatus();
  fs::copy(source, to + "/" + kEvidenceDirectory,
           fs::copy_options::recursive | fs::copy_options::overwrite_existing, error);
  return Failed("the evidence of " + from, error);
}

// Of how many erasures the files of a backup are free, and of which directory it is:
// the mark of its backups.
struct BackupMark {
  std::string instance_id;
  uint64_t purged = 0;
};

absl::StatusOr<BackupMark> MarkOf(const Database& database) {
  const auto erasures = ReadErasures(database);
  if (!erasures.ok()) return erasures.status();
  const auto instance_id = database.Get(Family::kMeta, keys::kInstanceIdKey);
  if (!instance_id.ok()) return instance_id.status();
  return BackupMark{.instance_id = text::Hex(instance_id->value_or("")),
                    .purged = erasures->purged};
}

std::string MarkText(const BackupMark& mark) {
  return mark.instance_id + " " + std::to_string(mark.purged);
}

// True if the earlier backup, judged by its mark, may still contain erased texts that a backup
// taken now no longer contains.
bool MayHoldErased(const std::string& earlier, const BackupMark& now, bool any_erased) {
  uint64_t purged = 0;
  const size_t space = earlier.find(' ');
  const bool same_directory = space != std::string::npos &&
                              earlier.substr(0, space) == now.instance_id &&
                              absl::SimpleAtoi(earlier.c_str() + space + 1, &purged);
  return same_directory ? purged < now.purged : any_erased;
}

absl::StatusOr<bool> HasErasedTexts(const Database& database) {
  const auto cursor = database.NewCursor(Family::kMeta);
  cursor->Seek(std::string(1, keys::kErasedTag));
  if (!cursor->status().ok()) return cursor->status();
  return cursor->Valid() && cursor->key().front() == keys::kErasedTag;
}

// How many backups before `kept` went.
absl::StatusOr<uint32_t> RemoveWithErasedTexts(rocksdb::BackupEngine& engine, uint32_t kept,
                                               const BackupMark& mark, bool any_erased) {
  std::vector<rocksdb::BackupInfo> infos;
  engine.GetBackupInfo(&infos);
  uint32_t removed = 0;
  for (const rocksdb::BackupInfo& info : infos) {
    if (info.backup_id >= kept || !MayHoldErased(info.app_metadata, mark, any_erased)) continue;
    const rocksdb::IOStatus status = engine.DeleteBackup(info.backup_id);
    if (!status.ok()) return ToStatus(status, "backup " + std::to_string(info.backup_id));
    ++removed;
  }
  return removed;
}

// Puts the backup back as `to`, and reads all of it.
absl::StatusOr<BackupReport> ReadBack(rocksdb::BackupEngine& engine, uint32_t id,
                                      const std::string& to, SharedResources& shared) {
  if (rocksdb::IOStatus status = engine.VerifyBackup(id, /*verify_with_checksum=*/true);
      !status.ok()) {
    return absl::DataLossError("backup " + std::to_string(id) +
                               " has changed since it was made: " + status.ToString());
  }
  if (absl::Status made = MakePrivateDirectory(to); !made.ok()) return made;
  if (rocksdb::IOStatus status = engine.RestoreDBFromBackup(id, to, to); !status.ok()) {
    return ToStatus(status, to);
  }
  absl::StatusOr<FsckReport> report = FsckDirectory(to, shared, {});
  if (!report.ok()) return report.status();
  if (!report->ok()) {
    return absl::DataLossError("backup " + std::to_string(id) +
                               " is damaged: " + FindingText(report->findings.front()));
  }
  auto database = RocksDatabase::OpenForInspection(to, shared);
  if (!database.ok()) return database.status();
  auto log = EventLog::Open(**database, {.trust_domain = "", .path = "", .read_only = true});
  if (!log.ok()) return log.status();
  BackupReport result;
  result.backup_id = id;
  result.entries = report->entries;
  result.own_log = *(*log)->Find((*log)->own_log());
  return result;
}

}  // namespace

absl::StatusOr<BackupReport> BackUp(RocksDatabase& database, const std::string& data,
                                    const std::string& directory, SharedResources& shared) {
  const auto mark = MarkOf(database);
  if (!mark.ok()) return mark.status();
  const auto any_erased = HasErasedTexts(database);
  if (!any_erased.ok()) return any_erased.status();
  absl::StatusOr<RocksDatabase::Copied> copied = database.BackUp(directory, MarkText(*mark));
  if (!copied.ok()) return copied.status();
  if (absl::Status status = CopyEvidence(data, directory); !status.ok()) return status;
  auto engine = OpenEngine(directory);
  if (!engine.ok()) return engine.status();
  const std::string copy = directory + "/check" + kUnfinishedSuffix;
  std::error_code error;
  fs::remove_all(copy, error);
  absl::StatusOr<BackupReport> report = ReadBack(**engine, copied->backup_id, copy, shared);
  fs::remove_all(copy, error);
  if (!report.ok()) {
    (*engine)->DeleteBackup(copied->backup_id).PermitUncheckedError();
    return report.status();
  }
  const auto removed = RemoveWithErasedTexts(**engine, copied->backup_id, *mark, *any_erased);
  if (!removed.ok()) return removed.status();
  report->backups_removed = *removed;
  report->bytes = copied->bytes;
  report->bytes_copied = copied->bytes_copied;
  return report;
}

absl::StatusOr<BackupReport> RestoreBackup(const std::string& directory,
                                           std::optional<uint32_t> backup_id, const std::string& to,
                                           SharedResources& shared) {
  std::error_code error;
  if (fs::exists(to, error) && !fs::is_empty(to, error)) {
    return absl::FailedPreconditionError(to + " is not empty: move it away first");
  }
  if (absl::Status closed = CheckPrivateDirectory(to); !closed.ok()) return closed;
  auto engine = OpenEngine(directory);
  if (!engine.ok()) return engine.status();
  auto info = InfoOf(**engine, backup_id, directory);
  if (!info.ok()) return info.status();
  const std::string unfinished = to + kUnfinishedSuffix;
  fs::remove_all(unfinished, error);
  absl::StatusOr<BackupReport> report = ReadBack(**engine, info->backup_id, unfinished, shared);
  if (report.ok()) {
    if (absl::Status status = CopyEvidence(directory, unfinished); !status.ok()) return status;
    fs::remove(to, error);  // If it is there, it is empty.
    fs::rename(unfinished, to, error);
    if (error) return Failed("renaming " + unfinished, error);
    report->bytes = info->size;
    return report;
  }
  fs::remove_all(unfinished, error);
  return report.status();
}

}  // namespace liggare::log
