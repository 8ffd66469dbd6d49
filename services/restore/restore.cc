#include "services/restore/restore.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "eventstore/log/backup.h"
#include "proto/error/error.h"
#include "services/domain/log_name.h"
#include "services/domain/node_path.h"
#include "services/restore/lost_directory.h"

namespace liggare::restore {
namespace {

namespace fs = std::filesystem;
using replication::Extent;

constexpr char kUnfinishedSuffix[] = ".restoring";
constexpr char kCompleteSuffix[] = ".restored";
constexpr char kKeptSuffix[] = ".before-restore";

uint32_t EpochOf(std::string_view log) {
  const auto name = domain::ParseLogName(log);
  return name.ok() ? name->epoch : 0;
}

absl::Status Refused(v1::ErrorCode code, std::string message, std::string expected = "") {
  return MakeError(code, {std::move(message), "", std::move(expected)});
}

// Ancestors' logs enrol the keys that sign those below; an epoch comes after the
// one before.
bool ComesFirst(const Extent& a, const Extent& b) {
  const auto rank = [](const Extent& e) {
    const std::string_view path = domain::PathOfLog(e.log);
    return std::tuple(domain::DepthOf(path), path, EpochOf(e.log));
  };
  return rank(a) < rank(b);
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

// One restore, step by step.
class Plan {
 public:
  explicit Plan(const RestoreOptions& options) : options_(options), node_(options.node) {}

  absl::StatusOr<RestoreReport> Run() {
    for (const auto& step : {&Plan::OpenLost, &Plan::AskPeers, &Plan::ChooseEpoch, &Plan::Begin,
                             &Plan::TakeLogs, &Plan::CheckPeersAgree, &Plan::TakeLostCopies,
                             &Plan::KeepFrozen, &Plan::RecordLostEvents, &Plan::Exchange}) {
      if (absl::Status status = (this->*step)(); !status.ok()) return status;
    }
    return std::move(report_);
  }

 private:
  // Who holds most of a log, and how much.
  struct Offer {
    PeerOrigin* peer = nullptr;
    Extent extent;
  };

  bool IsOwn(std::string_view log) const { return domain::PathOfLog(log) == node_.path; }

  absl::Status OpenLost();
  absl::Status AskPeers();
  absl::Status ChooseEpoch();
  absl::Status Begin();
  absl::Status TakeLogs();
  absl::Status TakeFrom(const Offer& offer);
  absl::Status CheckPeersAgree();
  absl::Status TakeLostCopies();
  absl::Status KeepFrozen();
  absl::Status RecordLostEvents();
  absl::Status Exchange();

  const RestoreOptions& options_;
  const NodeParts& node_;
  std::unique_ptr<LostDirectory> lost_;  // Null: there was none.
  std::map<PeerOrigin*, std::vector<Extent>> holdings_;
  std::vector<Offer> offers_;  // By log, in the order in which they are taken.
  uint32_t epoch_ = 0;
  std::string unfinished_;
  std::unique_ptr<RestoredLog> restored_;
  RestoreReport report_;
};

absl::Status Plan::OpenLost() {
  report_.path = node_.path;
  auto lost = LostDirectory::Open(options_.data, node_.path, node_.databases);
  if (!lost.ok()) return lost.status();
  lost_ = *std::move(lost);
  if (lost_ != nullptr && !lost_->damage().empty()) {
    report_.unreadable.push_back("nothing is taken from " + options_.data + ": " + lost_->damage());
  }
  return absl::OkStatus();
}

absl::Status Plan::AskPeers() {
  std::map<std::string, Offer> best;
  for (const std::unique_ptr<PeerOrigin>& peer : options_.peers) {
    auto holdings = peer->Holdings();
    if (!holdings.ok()) return holdings.status();
    for (const Extent& extent : *holdings) {
      Offer& offer = best[extent.log];
      if (extent.size > offer.extent.size) offer = {peer.get(), extent};
    }
    holdings_[peer.get()] = *std::move(holdings);
  }
  for (auto& [log, offer] : best) {
    if (offer.peer != nullptr) offers_.push_back(std::move(offer));
  }
  std::ranges::sort(offers_,
                    [](const Offer& a, const Offer& b) { return ComesFirst(a.extent, b.extent); });
  return absl::OkStatus();
}

absl::Status Plan::ChooseEpoch() {
  uint32_t highest = options_.epoch_above;
  for (const Offer& offer : offers_) {
    if (!IsOwn(offer.extent.log)) continue;
    report_.previous = offer.extent;  // The last is of the latest epoch.
    highest = std::max(highest, EpochOf(offer.extent.log));
  }
  if (report_.previous.size == 0) {
    return Refused(v1::ERROR_CODE_NOT_FOUND,
                   "nothing of the log of " + node_.path +
                       " is held by those that were asked: there is nothing to restore",
                   "liggared started as it is: it begins or goes on with its own log");
  }
  if (lost_ != nullptr) {
    for (const log::HeldLog& own : lost_->OwnLogs()) highest = std::max(highest, EpochOf(own.name));
  }
  epoch_ = highest + 1;
  report_.own_log = domain::FormatLogName(node_.path, epoch_);
  return absl::OkStatus();
}

absl::Status Plan::Begin() {
  unfinished_ = options_.data + kUnfinishedSuffix;
  std::error_code error;
  fs::remove_all(unfinished_, error);
  fs::create_directories(unfinished_, error);
  if (error) return absl::UnavailableError("making " + unfinished_ + ": " + error.message());
  auto restored = RestoredLog::Open(unfinished_, epoch_, node_);
  if (!restored.ok()) return restored.status();
  restored_ = *std::move(restored);
  if (absl::Status status = restored_->OpenEpoch(report_.previous); !status.ok()) return status;
  // The counties may know different things of the nation's keys; a parent knows all.
  const size_t asked = node_.path == domain::kNationPath ? options_.peers.size() : 1;
  for (size_t i = 0; i < asked; ++i) {
    absl::Status status = restored_->TakeEnrolment(options_.peers[i]->enrolment());
    if (!status.ok()) return status;
  }
  return restored_->CheckOwnKey();
}

absl::Status Plan::TakeLogs() {
  for (const Offer& offer : offers_) {
    if (absl::Status status = TakeFrom(offer); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Plan::TakeFrom(const Offer& offer) {
  const Extent& extent = offer.extent;
  const auto size = restored_->Take(*offer.peer, extent.log, extent.size);
  if (!size.ok()) return size.status();
  report_.logs.push_back({extent.log, *size, extent.size - *size});
  if (!IsOwn(extent.log)) return absl::OkStatus();
  const auto held = restored_->log().Find(extent.log);
  if (held && held->size == extent.size && held->root == extent.root) return absl::OkStatus();
  return Refused(v1::ERROR_CODE_VERIFICATION_FAILED, offer.peer->name() + " says that it holds " +
                                                         Describe(extent) +
                                                         ", and gives something else or less");
}

// That nobody holds another history of a log than the one that was taken, and that
// the own log has not grown meanwhile: then a copy of the node is alive.
absl::Status Plan::CheckPeersAgree() {
  for (const auto& [peer, before] : holdings_) {
    auto now = peer->Holdings();
    if (!now.ok()) return now.status();
    for (const Extent& extent : *now) {
      const auto held = restored_->log().Find(extent.log);
      if (IsOwn(extent.log) && extent.size > (held ? held->size : 0)) {
        return Refused(v1::ERROR_CODE_VERIFICATION_FAILED,
                       extent.log + " grows at " + peer->name() +
                           " during the restore: another copy of " + node_.path + " is running",
                       "that one stopped");
      }
      if (!held || extent.size > held->size) continue;
      const auto root = restored_->log().RootAt(extent.log, extent.size);
      if (root.ok() && *root == extent.root) continue;
      return Refused(v1::ERROR_CODE_VERIFICATION_FAILED,
                     peer->name() + " holds other entries of " + Describe(extent) +
                         " than those that were asked beside it");
    }
  }
  return absl::OkStatus();
}

// Copies of others' logs that the lost disk had beyond the peers'. What does not
// verify is left: their writers have it.
absl::Status Plan::TakeLostCopies() {
  if (lost_ == nullptr) return absl::OkStatus();
  auto copies = lost_->Holdings();
  if (!copies.ok()) return copies.status();
  std::ranges::sort(*copies, ComesFirst);
  for (const Extent& copy : *copies) {
    const auto held = restored_->log().Find(copy.log);
    const uint64_t size = held ? held->size : 0;
    if (copy.size <= size) continue;
    const auto taken = restored_->Take(*lost_, copy.log, copy.size);
    if (!taken.ok()) {
      report_.unreadable.push_back("of " + copy.log + ", entries from " + std::to_string(size) +
                                   ": " + std::string(taken.status().message()));
    } else if (*taken > size) {
      report_.logs.push_back({copy.log, *taken, 0});
    }
  }
  return absl::OkStatus();
}

absl::Status Plan::KeepFrozen() {
  if (lost_ == nullptr || lost_->log() == nullptr) return absl::OkStatus();
  for (const log::HeldLog& log : lost_->log()->Logs()) {
    if (!log.frozen) continue;
    const auto evidence = lost_->log()->FreezeEvidence(log.name);
    if (!evidence.ok() || !*evidence) continue;
    if (absl::Status status = restored_->Freeze(log.name, **evidence); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Plan::RecordLostEvents() {
  if (lost_ == nullptr || lost_->log() == nullptr) return absl::OkStatus();
  // Opened again, so that the ids of what came back are known.
  if (absl::Status status = restored_->Finish(); !status.ok()) return status;
  restored_.reset();
  auto restored = RestoredLog::Open(unfinished_, epoch_, node_);
  if (!restored.ok()) return restored.status();
  restored_ = *std::move(restored);
  LostEvents events(*lost_, *restored_);
  absl::Status status = events.RecordAgain();
  report_.moved = events.moved();
  const auto& unreadable = events.unreadable();
  report_.unreadable.insert(report_.unreadable.end(), unreadable.begin(), unreadable.end());
  return status;
}

absl::Status Plan::Exchange() {
  if (absl::Status status = restored_->Finish(); !status.ok()) return status;
  restored_.reset();
  lost_.reset();
  std::error_code error;
  const std::string evidence = options_.data + "/" + log::kEvidenceDirectory;
  if (fs::is_directory(evidence, error)) {
    fs::copy(evidence, unfinished_ + "/" + log::kEvidenceDirectory, fs::copy_options::recursive,
             error);
    if (error) return absl::UnavailableError("copying " + evidence + ": " + error.message());
  }
  // From here on it is complete, and its name says so.
  if (absl::Status status = Rename(unfinished_, options_.data + kCompleteSuffix); !status.ok()) {
    return status;
  }
  auto kept = PutInPlace(options_.data);
  if (!kept.ok()) return kept.status();
  report_.kept_directory = *std::move(kept);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RestoreReport> Restore(const RestoreOptions& options) {
  if (options.peers.empty()) {
    return Refused(v1::ERROR_CODE_CONFIGURATION,
                   "nobody is named to restore " + options.node.path + " from");
  }
  std::error_code error;
  if (fs::exists(options.data + kCompleteSuffix, error)) {
    if (auto kept = PutInPlace(options.data); !kept.ok()) return kept.status();
    return Refused(v1::ERROR_CODE_UNAVAILABLE,
                   "an earlier restore of " + options.node.path +
                       " was interrupted when all but the directory's name was done; that is "
                       "done now",
                   "liggared started");
  }
  return Plan(options).Run();
}

}  // namespace liggare::restore
