// What can still be read of the data directory that a restore replaces. Nothing is
// written there; it is kept beside the new one.
#ifndef SERVICES_RESTORE_LOST_DIRECTORY_H_
#define SERVICES_RESTORE_LOST_DIRECTORY_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/log/database/rocksdb_database.h"
#include "eventstore/log/read/event_log.h"
#include "services/restore/log_origin.h"

namespace liggare::restore {

// As an origin it gives the copies of others' logs; the node's own are walked.
class LostDirectory : public LogOrigin {
 public:
  // Nothing if there is no database at `directory`. FAILED_PRECONDITION if a process
  // has it open. A database too damaged to be read as logs is opened all the same:
  // it then gives nothing, and `damage` says why.
  static absl::StatusOr<std::unique_ptr<LostDirectory>> Open(const std::string& directory,
                                                             const std::string& path,
                                                             log::SharedResources& shared);
  // The same over a database, whatever holds it; `name` is for people.
  static absl::StatusOr<std::unique_ptr<LostDirectory>> Over(
      std::unique_ptr<log::Database> database, const std::string& name, const std::string& path);

  std::string name() const override { return directory_; }
  absl::StatusOr<std::vector<replication::Extent>> Holdings() override;
  absl::StatusOr<v1::Chunk> ReadChunk(const std::string& log, Range range) override;

  // Null if it is too damaged.
  const log::EventLog* log() const { return log_.get(); }
  const std::string& damage() const { return damage_; }

  // The node's own logs, by epoch.
  std::vector<log::HeldLog> OwnLogs() const;

 private:
  LostDirectory(std::string directory, std::string path)
      : directory_(std::move(directory)), path_(std::move(path)) {}

  const std::string directory_;
  const std::string path_;
  std::unique_ptr<log::Database> database_;
  std::unique_ptr<log::EventLog> log_;
  std::string damage_;
};

}  // namespace liggare::restore

#endif  // SERVICES_RESTORE_LOST_DIRECTORY_H_
