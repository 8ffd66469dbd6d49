#include "services/restore/lost_directory.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "proto/name/log_name.h"
#include "proto/name/node_path.h"
#include "services/replication/chunks/chunk_source.h"
#include "services/replication/session/limits.h"

namespace liggare::restore {

absl::StatusOr<std::unique_ptr<LostDirectory>> LostDirectory::Open(const std::string& directory,
                                                                   const std::string& path,
                                                                   log::SharedResources& shared) {
  std::error_code error;
  if (!std::filesystem::exists(directory + "/CURRENT", error)) {
    return std::unique_ptr<LostDirectory>();
  }
  auto database = log::RocksDatabase::OpenForInspection(directory, shared);
  // In use, or open to others: the operator's to put right.
  if (absl::IsFailedPrecondition(database.status()) || absl::IsInvalidArgument(database.status())) {
    return database.status();
  }
  if (!database.ok()) {
    std::unique_ptr<LostDirectory> lost(new LostDirectory(directory, path));
    lost->damage_ = std::string(database.status().message());
    return lost;
  }
  return Over(*std::move(database), directory, path);
}

absl::StatusOr<std::unique_ptr<LostDirectory>> LostDirectory::Over(
    std::unique_ptr<log::Database> database, const std::string& name, const std::string& path) {
  std::unique_ptr<LostDirectory> lost(new LostDirectory(name, path));
  lost->database_ = std::move(database);
  auto log =
      log::EventLog::Open(*lost->database_, {.trust_domain = "", .path = path, .read_only = true});
  // Another node's directory is a mistake, not a damage.
  if (absl::IsFailedPrecondition(log.status())) return log.status();
  if (log.ok()) {
    lost->log_ = *std::move(log);
  } else {
    lost->damage_ = std::string(log.status().message());
  }
  return lost;
}

absl::StatusOr<std::vector<replication::Extent>> LostDirectory::Holdings() {
  std::vector<replication::Extent> held;
  if (log_ == nullptr) return held;
  for (const log::HeldLog& log : log_->Logs()) {
    const std::string_view owner = name::PathOfLog(log.name);
    if (owner == path_ || name::IsHeldInPart(path_, owner)) continue;
    held.push_back({log.name, log.size, log.root});
  }
  return held;
}

absl::StatusOr<v1::Chunk> LostDirectory::ReadChunk(const std::string& log, Range range) {
  auto reading = replication::ChunkSource(*log_).Read({.log = log,
                                                       .first_index = range.first,
                                                       .end_index = range.end,
                                                       .bytes_max = replication::kChunkBytesMax});
  if (!reading.ok()) return reading.status();
  return std::move(reading->chunk);
}

std::vector<log::HeldLog> LostDirectory::OwnLogs() const {
  std::vector<log::HeldLog> own;
  if (log_ == nullptr) return own;
  for (log::HeldLog& log : log_->Logs()) {
    if (name::PathOfLog(log.name) == path_) own.push_back(std::move(log));
  }
  std::ranges::sort(own, {}, [](const log::HeldLog& log) {
    const auto name = name::ParseLogName(log.name);
    return name.ok() ? name->epoch : 0;
  });
  return own;
}

}  // namespace liggare::restore
