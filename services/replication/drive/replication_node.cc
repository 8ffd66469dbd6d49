#include "services/replication/drive/replication_node.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "eventstore/log/bytes/clock.h"
#include "proto/error/error.h"
#include "proto/name/log_name.h"
#include "proto/name/node_path.h"
#include "services/replication/chunks/arrival_check.h"
#include "services/replication/chunks/enrolment_chain.h"
#include "services/replication/chunks/evidence.h"
#include "services/replication/drive/session_driver.h"
#include "services/replication/session/key_proof.h"
#include "services/replication/session/limits.h"
#include "services/replication/session/log_share.h"
#include "spdlog/spdlog.h"

namespace liggare::replication {

ReplicationNode::ReplicationNode(Parts parts)
    : parts_(std::move(parts)),
      shares_(std::make_shared<LogShares>(parts_.log)),
      began_ms_(parts_.now_ms()) {
  refill_secret_.resize(kNonceBytes);
  parts_.random(reinterpret_cast<uint8_t*>(refill_secret_.data()), refill_secret_.size());
  std::lock_guard lock(mutex_);
  parent_.path = name::ParentOf(path());
  alarms_ = ReadAlarms(parts_.evidence_directory);
  absl::StatusOr<std::optional<std::string>> stopped = parts_.log.SavedNote(kRecordingStoppedNote);
  if (stopped.ok() && *stopped && !(*stopped)->empty()) recording_stopped_ = **stopped;
  absl::StatusOr<std::optional<std::string>> kept = parts_.log.SavedNote(kEnrolmentNote);
  v1::EnrolmentChain chain;
  if (kept.ok() && *kept && chain.ParseFromString(**kept)) LearnEnrolment(chain);
}

ReplicationNode::~ReplicationNode() = default;

std::optional<PeerStatus> ReplicationNode::ParentStatus() const {
  if (path() == name::kNationPath) return {};
  PeerStatus status;
  {
    std::lock_guard lock(mutex_);
    status = parent_;
  }
  const SessionEnds ends{Side::kChild, path(), status.path};
  status.lag_entries = 0;
  for (const log::HeldLog& held : parts_.log.Logs()) {
    if (!IsOutbound(ends, held.name)) continue;
    const uint64_t acknowledged = status.acknowledged[held.name];
    const uint64_t size = parts_.keys.SizeBeforeClosing(held.name, held.size);
    status.lag_entries += size > acknowledged ? size - acknowledged : 0;
  }
  return status;
}

std::vector<PeerStatus> ReplicationNode::Children() const {
  std::lock_guard lock(mutex_);
  std::vector<PeerStatus> children;
  for (const auto& [path, status] : children_) children.push_back(status);
  return children;
}

// Of closed children that are connected, and of copies that go beyond where their nodes
// were closed.
std::vector<Alarm> ReplicationNode::ClosedAlarms() const {
  std::vector<Alarm> alarms;
  for (const PeerStatus& child : Children()) {
    const absl::StatusOr<EnrolledNode> node = parts_.keys.Find(child.path);
    if (!child.connected || !node.ok() || !node->closed) continue;
    alarms.push_back({node->closed->log,
                      ClosedText(child.path, *node->closed) + "; its process still connects", "",
                      kClosedAdvice});
  }
  for (const log::HeldLog& held : parts_.log.Logs()) {
    const absl::StatusOr<EnrolledNode> node = parts_.keys.Find(name::PathOfLog(held.name));
    if (!node.ok() || !node->closed || name::PathOfLog(held.name) == path()) continue;
    const uint64_t own = note::SizeWithin(*node->closed, held.name, held.size);
    if (own == held.size) continue;
    alarms.push_back({held.name,
                      ClosedText(name::PathOfLog(held.name), *node->closed) + "; " +
                          std::to_string(held.size - own) +
                          " entries of this log that came before that was known are beyond it",
                      "", kClosedAdvice});
  }
  return alarms;
}

std::vector<Alarm> ReplicationNode::Alarms() const {
  std::vector<Alarm> alarms = ClosedAlarms();
  if (std::optional<Alarm> missed = WitnessAlarm()) alarms.push_back(*std::move(missed));
  {
    std::lock_guard lock(mutex_);
    alarms.insert(alarms.end(), alarms_.begin(), alarms_.end());
    for (const auto& [log, why] : unreadable_)
      alarms.push_back({log, why, "", kUnreadableLogAdvice});
    for (const auto& [child, status] : children_) {
      if (!status.not_taken.empty()) alarms.push_back({"", status.not_taken, "", kLogShareAdvice});
    }
  }
  AddClockAlarms(alarms);
  AddParentAlarms(alarms);
  AddChildAlarms(alarms);
  return alarms;
}

std::optional<std::string> ReplicationNode::recording_stopped() const {
  std::lock_guard lock(mutex_);
  return recording_stopped_;
}

std::optional<std::string> ReplicationNode::key_revoked() const {
  std::lock_guard lock(mutex_);
  return key_revoked_;
}

void ReplicationNode::RefuseKey(std::string reason) {
  {
    std::lock_guard lock(mutex_);
    if (key_revoked_ == reason) return;
    key_revoked_ = reason;
  }
  spdlog::error("{}: stops recording: {} {}", path(), reason, kRevokedKeyAdvice);
}

void ReplicationNode::AllowKey() {
  {
    std::lock_guard lock(mutex_);
    if (!key_revoked_) return;
    key_revoked_.reset();
  }
  for (const auto& driver : Drivers()) driver->Stop(path() + " has a new key.");
  spdlog::info("{}: records again, with a key that is not revoked", path());
}

std::optional<std::string> ReplicationNode::closed() const {
  {
    std::lock_guard lock(mutex_);
    if (closed_) return closed_;
  }
  // The log may say so already; who looks at it regularly has not come by yet.
  const absl::StatusOr<EnrolledNode> own = parts_.keys.Find(path());
  if (!own.ok() || !own->closed) return {};
  return ClosedText(path(), *own->closed) + ".";
}

void ReplicationNode::SetClosed(std::optional<std::string> reason) {
  {
    std::lock_guard lock(mutex_);
    if (closed_ == reason) return;
    closed_ = reason;
  }
  if (reason) return spdlog::error("{}: stops recording: {} {}", path(), *reason, kClosedAdvice);
  for (const auto& driver : Drivers()) driver->Stop(path() + " is open again.");
  spdlog::info("{}: records again: it is enrolled anew", path());
}

std::vector<std::shared_ptr<SessionDriver>> ReplicationNode::Drivers() const {
  std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<SessionDriver>> drivers;
  for (const Joined& joined : sessions_) drivers.push_back(joined.driver);
  return drivers;
}

absl::StatusOr<ReplicationNode::Compared> ReplicationNode::Compare(const std::string& log,
                                                                   const std::string& checkpoint) {
  if (!parts_.log.Find(log)) {
    return MakeError(v1::ERROR_CODE_NOT_FOUND,
                     {path() + " holds no log " + log, "checkpoint", "one of a log that it holds"});
  }
  if (auto opened = parts_.keys.OpenCheckpoint(log, checkpoint); !opened.ok()) {
    return MakeError(v1::ERROR_CODE_VERIFICATION_FAILED,
                     {"the checkpoint: " + std::string(opened.status().message()), "checkpoint",
                      "one that the key of " + log + " has signed"});
  }
  const ArrivalCheck check(parts_.log, parts_.sequencer, parts_.keys);
  const ArrivalCheck::Cosigned found = check.CheckCosigned({log, checkpoint}, parts_.now_ms());
  if (!found.conflict) return Compared{.is_held = found.is_held, .evidence = ""};
  const std::string& evidence = found.conflict->evidence;
  if (evidence.empty()) return Compared{};  // Of the own log, more than is left here.
  if (log == parts_.log.own_log()) {
    KeepEvidence(log, evidence);
  } else {
    Freeze(log, found.conflict->reason, evidence);
  }
  return Compared{.is_held = true, .evidence = evidence};
}

void ReplicationNode::SetParentAddress(std::string address) {
  std::lock_guard lock(mutex_);
  parent_.address = std::move(address);
}

void ReplicationNode::SetParentError(std::string error) {
  std::lock_guard lock(mutex_);
  parent_.connected = false;
  parent_.last_error = std::move(error);
  NoteParent(/*in_session=*/false);
}

void ReplicationNode::Stop() {
  std::vector<std::shared_ptr<SessionDriver>> drivers;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const Joined& joined : sessions_) drivers.push_back(joined.driver);
  }
  for (const auto& driver : drivers) driver->Stop(path() + " is stopping.");
  std::unique_lock lock(mutex_);
  left_.wait(lock, [this] { return sessions_.empty(); });
}

std::vector<ReplicationNode::Joined>::iterator ReplicationNode::Find(const SessionDriver* driver) {
  return std::ranges::find(sessions_, driver, [](const Joined& each) { return each.driver.get(); });
}

std::vector<std::shared_ptr<SessionDriver>> ReplicationNode::OthersOf(const Joined& session) const {
  std::vector<std::shared_ptr<SessionDriver>> others;
  for (const Joined& joined : sessions_) {
    const bool is_other = joined.driver != session.driver && joined.admitted;
    if (is_other && joined.ends.peer == session.ends.peer) others.push_back(joined.driver);
  }
  return others;
}

bool ReplicationNode::Join(const std::shared_ptr<SessionDriver>& driver, const SessionEnds& ends) {
  std::vector<std::shared_ptr<SessionDriver>> too_many;
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return false;
    sessions_.push_back({.driver = driver, .ends = ends});
    const auto is_unproven = [&](const Joined& joined) {
      return !joined.admitted && !joined.stopped && joined.ends.peer == ends.peer;
    };
    auto count = static_cast<size_t>(std::ranges::count_if(sessions_, is_unproven));
    for (; count > kUnprovenSessionsMax; --count) {
      const auto oldest = std::ranges::find_if(sessions_, is_unproven);
      oldest->stopped = true;
      too_many.push_back(oldest->driver);
    }
  }
  for (const auto& oldest : too_many) {
    oldest->Stop("More than " + std::to_string(kUnprovenSessionsMax) + " sessions of " + ends.peer +
                 " have not proven its signing key.");
  }
  return true;
}

bool ReplicationNode::Admit(const SessionDriver* driver) {
  std::vector<std::shared_ptr<SessionDriver>> replaced;
  std::string peer;
  {
    std::lock_guard lock(mutex_);
    const auto session = Find(driver);
    if (session == sessions_.end() || session->stopped || stopping_) return false;
    session->admitted = true;
    peer = session->ends.peer;
    replaced = OthersOf(*session);
    if (session->ends.side == Side::kParent) children_[peer].path = peer;
  }
  for (const auto& older : replaced) {
    older->Stop("A newer session of " + peer + " has taken its place.");
  }
  return true;
}

void ReplicationNode::Leave(const SessionDriver* driver) {
  std::shared_ptr<SessionDriver> last;  // Dies after the lock.
  std::lock_guard lock(mutex_);
  const auto it = Find(driver);
  if (it == sessions_.end()) return;
  last = std::move(it->driver);
  sessions_.erase(it);
  left_.notify_all();
}

void ReplicationNode::Publish(const SessionDriver* driver, PeerStatus status) {
  std::lock_guard lock(mutex_);
  const auto it = Find(driver);
  if (it == sessions_.end()) return;
  // A session that was replaced, or that has not been admitted, has nothing to say beside
  // one that stands.
  if (!status.connected && !OthersOf(*it).empty()) return;
  NoteClock(status);
  if (it->ends.side == Side::kChild) NoteParent(status.in_session);
  PeerStatus& kept = it->ends.side == Side::kChild ? parent_ : children_[status.path];
  if (status.address.empty()) status.address = kept.address;
  if (status.last_error.empty()) status.last_error = kept.last_error;
  // The driver tells what is new.
  for (auto& [log, size] : status.acknowledged) kept.acknowledged[log] = size;
  status.acknowledged = std::move(kept.acknowledged);
  kept = std::move(status);
}

void ReplicationNode::NoteClock(const PeerStatus& status) {
  if (status.connected && std::abs(status.clock_ahead_ms) <= log::kClockAheadMaxMs) {
    agreed_ms_ = status.clock_heard.wall_ms;
  }
}

void ReplicationNode::NoteParent(bool in_session) {
  if (in_session) {
    away_since_ms_.reset();
  } else if (!away_since_ms_) {
    away_since_ms_ = parts_.timer.SteadyMs();
  }
}

std::optional<std::string> ReplicationNode::LastShared(const std::string& log) const {
  std::lock_guard lock(mutex_);
  auto found = last_shared_.find(log);
  if (found == last_shared_.end()) return {};
  return found->second;
}

void ReplicationNode::SetReadable(const std::string& log, const absl::Status& readable) {
  std::string why(readable.message());
  {
    std::lock_guard lock(mutex_);
    if (readable.ok()) {
      unreadable_.erase(log);
      return;
    }
    if (std::exchange(unreadable_[log], why) == why) return;
  }
  spdlog::error("{}: nothing of {} is sent: {}", path(), log, why);
}

bool ReplicationNode::KeepsShared(const std::string& log) {
  if (parts_.log.Find(log)) {
    shared_and_lost_.erase(log);
    return true;
  }
  if (!shared_and_lost_.contains(log) && shared_and_lost_.size() >= kNamedLogsMax) return false;
  shared_and_lost_.insert(log);
  return true;
}

void ReplicationNode::ShareCosigned(const std::string& log, const std::string& checkpoint) {
  std::vector<std::shared_ptr<SessionDriver>> drivers;
  {
    std::lock_guard lock(mutex_);
    if (KeepsShared(log)) last_shared_[log] = checkpoint;
    for (const Joined& joined : sessions_) {
      if (joined.ends.side == Side::kParent && joined.admitted && IsInbound(joined.ends, log)) {
        drivers.push_back(joined.driver);
      }
    }
  }
  for (const auto& driver : drivers) driver->OnCosigned(log, checkpoint);
}

void ReplicationNode::Freeze(const std::string& log, const std::string& reason,
                             const std::string& evidence) {
  // Anybody who may read the node can show it the same again.
  const std::optional<log::HeldLog> held = parts_.log.Find(log);
  if (held && held->frozen) return KeepEvidence(log, evidence);
  spdlog::error("{}: {} is frozen: {}", path(), log, reason);
  KeepEvidence(log, evidence);
  parts_.sequencer.Freeze(log, evidence, [](const absl::Status& status) {
    if (!status.ok()) spdlog::error("a log can't be frozen: {}", std::string(status.message()));
  });
}

void ReplicationNode::KeepEvidence(const std::string& log, const std::string& evidence) {
  const std::string reason = ReasonOf(evidence);
  std::lock_guard lock(mutex_);
  const auto same = [&](const Alarm& alarm) { return alarm.log == log && alarm.message == reason; };
  if (std::ranges::any_of(alarms_, same)) return;
  const auto of_share = [&](const Alarm& alarm) {
    return VerksamhetOf(alarm.log) == VerksamhetOf(log);
  };
  if (std::ranges::count_if(alarms_, of_share) >= kEvidenceFilesMax) return;
  absl::StatusOr<std::string> file = WriteEvidence(parts_.evidence_directory, log, evidence);
  if (file.ok()) {
    spdlog::error("{}: the evidence against {} is in {}; {}", path(), log, *file, kFrozenLogAdvice);
  } else {
    spdlog::error("{}: the evidence can't be written: {}", path(),
                  std::string(file.status().message()));
  }
  alarms_.push_back({log, reason, file.ok() ? *file : "", kFrozenLogAdvice});
}

void ReplicationNode::StopRecording(const std::string& log, const std::string& reason,
                                    const std::string& evidence) {
  if (!evidence.empty()) KeepEvidence(log, evidence);
  {
    std::lock_guard lock(mutex_);
    if (recording_stopped_ == reason) return;
    recording_stopped_ = reason;
  }
  spdlog::error("{}: stops recording: {} {}", path(), reason, kRestoreAdvice);
  parts_.sequencer.SaveNote(std::string(kRecordingStoppedNote), reason);
}

void ReplicationNode::AllowRecording() {
  std::vector<std::shared_ptr<SessionDriver>> refused;
  {
    std::lock_guard lock(mutex_);
    if (!recording_stopped_) return;
    recording_stopped_.reset();
    for (const Joined& joined : sessions_) refused.push_back(joined.driver);
  }
  for (const auto& driver : refused) driver->Stop(path() + " records again.");
  spdlog::info("{}: records again: its parent's copy agrees with its log", path());
  parts_.sequencer.SaveNote(std::string(kRecordingStoppedNote), "");
}

void ReplicationNode::ShareKeys() {
  for (const auto& driver : Drivers()) driver->OnKeysChanged();
}

// What the kept chain gives; nothing where there is none.
std::map<std::string, EnrolledNode> ReplicationNode::KeptEnrolments() const {
  const absl::StatusOr<std::optional<std::string>> kept = parts_.log.SavedNote(kEnrolmentNote);
  v1::EnrolmentChain chain;
  if (!kept.ok() || !*kept || !chain.ParseFromString(**kept)) return {};
  auto nodes = VerifyEnrolmentChain(chain, parts_.log.trust_domain(), parts_.keys.national());
  return nodes.ok() ? *std::move(nodes) : std::map<std::string, EnrolledNode>();
}

void ReplicationNode::SaveEnrolment(const v1::EnrolmentChain& chain, std::function<void()> saved) {
  absl::StatusOr<std::map<std::string, EnrolledNode>> nodes =
      VerifyEnrolmentChain(chain, parts_.log.trust_domain(), parts_.keys.national());
  if (!nodes.ok() || !nodes->contains(path())) {
    spdlog::warn("{}: the enrolment chain from the parent is not kept: {}", path(),
                 nodes.ok() ? "it is not of this node" : std::string(nodes.status().message()));
    return;
  }
  // A parent that leaves out a revocation or a closing does not make it undone.
  for (const auto& [known, node] : KeptEnrolments()) {
    const auto now = nodes->find(known);
    if (now != nodes->end() && now->second.entry_count >= node.entry_count) continue;
    spdlog::warn(
        "{}: the enrolment chain from the parent is not kept: it says less of {} than before",
        path(), known);
    return;
  }
  const auto reduced = ReduceEnrolmentChain(chain, parts_.log.trust_domain(), *nodes);
  if (!reduced.ok()) {
    spdlog::warn("{}: the enrolment chain from the parent is not kept: {}", path(),
                 std::string(reduced.status().message()));
    return;
  }
  LearnEnrolment(*reduced);
  parts_.sequencer.SaveNote(std::string(kEnrolmentNote), reduced->SerializeAsString(),
                            std::move(saved));
}

void ReplicationNode::LearnEnrolment(const v1::EnrolmentChain& chain) {
  absl::StatusOr<std::map<std::string, EnrolledNode>> nodes =
      VerifyEnrolmentChain(chain, parts_.log.trust_domain(), parts_.keys.national());
  if (!nodes.ok()) return;
  for (const auto& [node_path, node] : *nodes) {
    parts_.keys.Learn(node_path, node);
  }
}

}  // namespace liggare::replication
