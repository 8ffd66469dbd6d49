#include "services/restore/restore.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "eventstore/log/care/backup.h"
#include "eventstore/log/database/private_directory.h"
#include "proto/error/error.h"
#include "services/restore/lost_directory.h"

namespace liggare::restore {
namespace {

namespace fs = std::filesystem;

constexpr char kUnfinishedSuffix[] = ".restoring";
constexpr char kCompleteSuffix[] = ".restored";
constexpr char kKeptSuffix[] = ".before-restore";

absl::Status Refused(v1::ErrorCode code, std::string message, std::string expected = "") {
  return MakeError(code, {std::move(message), "", std::move(expected)});
}

// A new name may not be there after a crash before its directory is synced.
absl::Status SyncFolderOf(const std::string& path) {
  const int fd = open(fs::path(path).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && fsync(fd) == 0;
  if (fd >= 0) close(fd);
  return synced ? absl::OkStatus()
                : absl::UnavailableError("the folder of " + path + " can't be synced");
}

absl::Status Rename(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) return absl::UnavailableError("renaming " + from + ": " + error.message());
  return SyncFolderOf(to);
}

// Makes <data>.restored the data directory. Where the one before is kept; empty if
// there was none.
absl::StatusOr<std::string> PutInPlace(const std::string& data) {
  std::error_code error;
  std::string kept;
  if (fs::exists(data, error) && !fs::is_empty(data, error)) {
    kept = data + kKeptSuffix;
    for (int i = 2; fs::exists(kept, error); ++i) {
      kept = data + kKeptSuffix + "." + std::to_string(i);
    }
    if (absl::Status status = Rename(data, kept); !status.ok()) return status;
  } else {
    fs::remove(data, error);
  }
  if (absl::Status status = Rename(data + kCompleteSuffix, data); !status.ok()) return status;
  return kept;
}

// An empty directory that is filled, and then becomes the node's.
class Filling {
 public:
  explicit Filling(const RestoreOptions& options)
      : options_(options), directory_(options.data + kUnfinishedSuffix) {}

  absl::StatusOr<RestoreReport> Run();

 private:
  absl::StatusOr<log::Database*> MakeDatabase();
  absl::Status Exchange(RestoreReport& report);

  const RestoreOptions& options_;
  const std::string directory_;
  std::unique_ptr<log::RocksDatabase> database_;
};

absl::StatusOr<RestoreReport> Filling::Run() {
  auto lost = LostDirectory::Open(options_.data, options_.node.path, options_.databases);
  if (!lost.ok()) return lost.status();
  std::vector<Peer*> peers;
  for (const std::unique_ptr<Peer>& peer : options_.peers) peers.push_back(peer.get());
  auto report = Plan({.node = options_.node,
                      .epoch_above = options_.epoch_above,
                      .peers = std::move(peers),
                      .lost = lost->get(),
                      .make_database = [this] { return MakeDatabase(); }})
                    .Run();
  lost->reset();
  if (!report.ok()) return report.status();
  if (absl::Status status = Exchange(*report); !status.ok()) return status;
  return report;
}

absl::StatusOr<log::Database*> Filling::MakeDatabase() {
  std::error_code error;
  fs::remove_all(directory_, error);
  if (absl::Status made = log::MakePrivateDirectory(directory_); !made.ok()) return made;
  auto database =
      log::RocksDatabase::Open(directory_, options_.databases, {.create_if_missing = true});
  if (!database.ok()) return database.status();
  database_ = *std::move(database);
  return database_.get();
}

// From tables that are on the disk, to the node's own directory.
absl::Status Filling::Exchange(RestoreReport& report) {
  if (absl::Status status = database_->Flush(); !status.ok()) return status;
  database_.reset();
  std::error_code error;
  const std::string evidence = options_.data + "/" + log::kEvidenceDirectory;
  if (fs::is_directory(evidence, error)) {
    fs::copy(evidence, directory_ + "/" + log::kEvidenceDirectory, fs::copy_options::recursive,
             error);
    if (error) return absl::UnavailableError("copying " + evidence + ": " + error.message());
  }
  // From here on it is complete, and its name says so.
  if (absl::Status status = Rename(directory_, options_.data + kCompleteSuffix); !status.ok()) {
    return status;
  }
  auto kept = PutInPlace(options_.data);
  if (!kept.ok()) return kept.status();
  report.kept_directory = *std::move(kept);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RestoreReport> Restore(const RestoreOptions& options) {
  if (options.peers.empty()) {
    return Refused(v1::ERROR_CODE_CONFIGURATION,
                   "nobody is named to restore " + options.node.path + " from");
  }
  if (absl::Status closed = log::CheckPrivateDirectory(options.data); !closed.ok()) return closed;
  std::error_code error;
  if (fs::exists(options.data + kCompleteSuffix, error)) {
    if (auto kept = PutInPlace(options.data); !kept.ok()) return kept.status();
    return Refused(v1::ERROR_CODE_UNAVAILABLE,
                   "an earlier restore of " + options.node.path +
                       " was interrupted when all but the directory's name was done; that is "
                       "done now",
                   "liggared started");
  }
  return Filling(options).Run();
}

}  // namespace liggare::restore
