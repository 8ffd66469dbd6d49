#include "services/restore/plan.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "proto/error/error.h"
#include "proto/name/log_name.h"
#include "proto/name/node_path.h"
#include "services/replication/session/limits.h"

namespace liggare::restore {
namespace {

using replication::Extent;

uint32_t EpochOf(std::string_view log) {
  const auto name = name::ParseLogName(log);
  return name.ok() ? name->epoch : 0;
}

absl::Status Refused(v1::ErrorCode code, std::string message, std::string expected = "") {
  return MakeError(code, {std::move(message), "", std::move(expected)});
}

// Ancestors' logs enrol the keys that sign those below; an epoch comes after the
// one before.
bool ComesFirst(const Extent& a, const Extent& b) {
  const auto rank = [](const Extent& e) {
    const std::string_view path = name::PathOfLog(e.log);
    return std::tuple(name::DepthOf(path), path, EpochOf(e.log));
  };
  return rank(a) < rank(b);
}

}  // namespace

absl::StatusOr<RestoreReport> Plan::Run() {
  report_.path = node_.path;
  if (parts_.lost != nullptr && !parts_.lost->damage().empty()) {
    report_.unreadable.push_back("nothing is taken from " + parts_.lost->name() + ": " +
                                 parts_.lost->damage());
  }
  for (const auto& step :
       {&Plan::AskPeers, &Plan::ChooseEpoch, &Plan::Begin, &Plan::TakeLogs, &Plan::CheckPeersAgree,
        &Plan::TakeLostCopies, &Plan::KeepFrozen, &Plan::RecordLostEvents}) {
    if (absl::Status status = (this->*step)(); !status.ok()) return status;
  }
  return std::move(report_);
}

bool Plan::IsOwn(std::string_view log) const { return name::PathOfLog(log) == node_.path; }

absl::Status Plan::AskPeers() {
  std::map<std::string, Offer> best;
  for (Peer* peer : parts_.peers) {
    auto holdings = peer->Holdings();
    if (!holdings.ok()) return holdings.status();
    for (const Extent& extent : *holdings) {
      Offer& offer = best[extent.log];
      if (extent.size > offer.extent.size) offer = {peer, extent};
    }
    holdings_[peer->name()] = {peer, *std::move(holdings)};
  }
  for (auto& [log, offer] : best) {
    if (offer.peer != nullptr) offers_.push_back(std::move(offer));
  }
  std::ranges::sort(offers_,
                    [](const Offer& a, const Offer& b) { return ComesFirst(a.extent, b.extent); });
  return absl::OkStatus();
}

absl::Status Plan::ChooseEpoch() {
  uint32_t highest = parts_.epoch_above;
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
  if (parts_.lost != nullptr) {
    for (const log::HeldLog& own : parts_.lost->OwnLogs())
      highest = std::max(highest, EpochOf(own.name));
  }
  epoch_ = highest + 1;
  if (epoch_ > replication::kEpochMax) {
    return Refused(
        v1::ERROR_CODE_LIMIT_EXCEEDED,
        node_.path + " has had " + std::to_string(highest) + " epochs; no parent takes more",
        "a new node below the same parent, which succeeds this one");
  }
  report_.own_log = name::FormatLogName(node_.path, epoch_);
  return absl::OkStatus();
}

absl::Status Plan::Begin() {
  auto database = parts_.make_database();
  if (!database.ok()) return database.status();
  database_ = *database;
  auto restored = RestoredLog::Open(*database_, epoch_, node_);
  if (!restored.ok()) return restored.status();
  restored_ = *std::move(restored);
  if (absl::Status status = restored_->OpenEpoch(report_.previous); !status.ok()) return status;
  // The counties may know different things of the nation's keys; a parent knows all.
  const size_t asked = node_.path == name::kNationPath ? parts_.peers.size() : 1;
  for (size_t i = 0; i < asked; ++i) {
    absl::Status status = restored_->TakeEnrolment(parts_.peers[i]->enrolment());
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
  if (!IsOwn(extent.log) && !restored_->IsEnrolled(name::PathOfLog(extent.log))) {
    report_.logs.push_back({extent.log, 0, extent.size, /*not_enrolled=*/true});
    return absl::OkStatus();
  }
  const auto size = restored_->Take(*offer.peer, extent.log, extent.size);
  if (!size.ok()) return size.status();
  report_.logs.push_back({extent.log, *size, extent.size - *size, /*not_enrolled=*/false});
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
  for (const auto& [name, asked] : holdings_) {
    Peer* peer = asked.first;
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
  if (parts_.lost == nullptr) return absl::OkStatus();
  auto copies = parts_.lost->Holdings();
  if (!copies.ok()) return copies.status();
  std::ranges::sort(*copies, ComesFirst);
  for (const Extent& copy : *copies) {
    const auto held = restored_->log().Find(copy.log);
    const uint64_t size = held ? held->size : 0;
    if (copy.size <= size) continue;
    const auto taken = restored_->Take(*parts_.lost, copy.log, copy.size);
    if (!taken.ok()) {
      report_.unreadable.push_back("of " + copy.log + ", entries from " + std::to_string(size) +
                                   ": " + std::string(taken.status().message()));
    } else if (*taken > size) {
      report_.logs.push_back({copy.log, *taken, 0, /*not_enrolled=*/false});
    }
  }
  return absl::OkStatus();
}

absl::Status Plan::KeepFrozen() {
  if (parts_.lost == nullptr || parts_.lost->log() == nullptr) return absl::OkStatus();
  for (const log::HeldLog& log : parts_.lost->log()->Logs()) {
    if (!log.frozen) continue;
    const auto evidence = parts_.lost->log()->FreezeEvidence(log.name);
    if (!evidence.ok() || !*evidence) continue;
    if (absl::Status status = restored_->Freeze(log.name, **evidence); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Plan::RecordLostEvents() {
  if (parts_.lost == nullptr || parts_.lost->log() == nullptr) return absl::OkStatus();
  // Opened again, so that the ids of what came back are known.
  restored_.reset();
  auto restored = RestoredLog::Open(*database_, epoch_, node_);
  if (!restored.ok()) return restored.status();
  restored_ = *std::move(restored);
  LostEvents events(*parts_.lost, *restored_);
  absl::Status status = events.RecordAgain();
  report_.moved = events.moved();
  const auto& unreadable = events.unreadable();
  report_.unreadable.insert(report_.unreadable.end(), unreadable.begin(), unreadable.end());
  return status;
}

}  // namespace liggare::restore
