// Backups of a node's directory: RocksDB's BackupEngine, incremental, with what lies
// beside the database (evidence). Made with the node running (BackUp), checked and
// put back by reading all of it.
//
//   <backup>/meta/<n>                   what backup n consists of, with checksums
//   <backup>/shared_checksum/*.sst      files, shared between backups
//   <backup>/private/<n>/*              the rest of backup n
//   <backup>/evidence/*                 the node's files of evidence
//
// Free functions; calls on one backup directory must not overlap.
#ifndef EVENTSTORE_LOG_CARE_BACKUP_H_
#define EVENTSTORE_LOG_CARE_BACKUP_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "eventstore/log/database/rocksdb_database.h"
#include "eventstore/log/read/event_log.h"

namespace liggare::log {

// The directory beside a node's database, and in its backups, with its evidence.
inline constexpr char kEvidenceDirectory[] = "evidence";

struct BackupReport {
  uint32_t backup_id = 0;
  uint64_t bytes = 0;
  uint64_t bytes_copied = 0;
  uint64_t entries = 0;  // Of all logs, as read back.
  // Earlier ones that went because they may hold texts that were erased since.
  uint32_t backups_removed = 0;
  HeldLog own_log;  // As it is in the backup.
};

// Backs up `database`, whose directory is `data`, into `directory`, and reads the
// backup back: checksums of all its files, then fsck of a copy, which needs room
// for one beside the backup while it lasts. DATA_LOSS if that finds anything: the
// backup is then not kept. UNAVAILABLE if something can't be written.
//
// When it has been read back, earlier backups go that were made before texts were erased
// and left the files, or, if any text was erased, by an earlier directory of the node.
absl::StatusOr<BackupReport> BackUp(RocksDatabase& database, const std::string& data,
                                    const std::string& directory, SharedResources& shared);

// Puts a backup (the latest if nothing is said) back as the directory `to`, which
// must be missing or empty, after checking every file's checksum and the copy by
// fsck. NOT_FOUND if there is no such backup; FAILED_PRECONDITION if `to` holds
// something; DATA_LOSS names the file or the entry that has changed. Only with OK
// is there anything at `to`.
absl::StatusOr<BackupReport> RestoreBackup(const std::string& directory,
                                           std::optional<uint32_t> backup_id, const std::string& to,
                                           SharedResources& shared);

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_CARE_BACKUP_H_
