// The part of ReplicationNode that says what is held back, refused or waited for.
#include <algorithm>
#include <cstdlib>
#include <utility>

#include "eventstore/log/bytes/clock.h"
#include "proto/error/error.h"
#include "proto/name/node_path.h"
#include "proto/text/utc_time.h"
#include "services/replication/drive/replication_node.h"
#include "services/replication/session/limits.h"

namespace liggare::replication {
namespace {

constexpr int64_t kDayMs = 24 * 60 * 60 * 1000;

// How the text of a session that ended without anybody's fault begins.
constexpr char kUnavailable[] = "UNAVAILABLE";

void AddProblems(const PeerStatus& peer, std::vector<Alarm>& alarms) {
  for (const Problem& problem : peer.problems) {
    if (problem.has_alarm) continue;
    // Who says so belongs to it: a child may claim anything of this node's own log.
    const bool names = problem.text.find(peer.path) != std::string::npos;
    alarms.push_back({.log = problem.log,
                      .message = names ? problem.text : "with " + peer.path + ": " + problem.text,
                      .evidence_file = "",
                      .advice = problem.advice.empty() ? kHinderedAdvice : problem.advice,
                      .until_ms = problem.until_ms,
                      .key = peer.path + " " + problem.key});
    if (problem.key.empty()) alarms.back().key += problem.text;
  }
}

}  // namespace

bool ReplicationNode::IsMissed(const std::string& sibling, const log::HeldLog& held,
                               uint64_t size) const {
  if (size >= held.size) return false;
  const absl::StatusOr<EnrolledNode> node = parts_.keys.Find(sibling);
  if (!node.ok() || node->closed || node->places.empty()) return false;
  int64_t since_ms = began_ms_;  // What came before is not remembered.
  for (const log::LogIndex& place : {node->places.front(), log::LogIndex{held.name, size}}) {
    const absl::StatusOr<std::string> entry = parts_.log.Read(place.log, place.index);
    if (!entry.ok()) return false;
    const absl::StatusOr<log::EntryHeader> header = log::ParseEntryHeader(*entry);
    if (!header.ok()) return false;
    since_ms = std::max(since_ms, header->recorded_at_ms);
  }
  return parts_.now_ms() - since_ms > kWitnessMissingMs;
}

std::optional<Alarm> ReplicationNode::WitnessAlarm() const {
  const std::string parent(name::ParentOf(path()));
  const std::optional<std::string> log = parts_.log.LatestEpoch(parent);
  if (!log || !IsWitnessed({Side::kChild, path(), parent}, *log)) return {};
  const std::optional<log::HeldLog> held = parts_.log.Find(*log);
  const absl::StatusOr<std::vector<std::string>> siblings = parts_.keys.EnrolledBy(parent);
  if (!held || !siblings.ok()) return {};
  std::map<std::string, uint64_t, std::less<>> sizes;
  for (const Witness& witness : witnesses_.Of(*log)) sizes[witness.name] = witness.size;
  std::vector<std::string> missed;
  for (const std::string& sibling : *siblings) {
    const auto size = sizes.find(parts_.log.trust_domain() + "/" + sibling);
    if (sibling == path() || !IsMissed(sibling, *held, size == sizes.end() ? 0 : size->second)) {
      continue;
    }
    missed.push_back(sibling);
  }
  if (missed.empty()) return {};
  const std::string rest =
      missed.size() > 1 ? " and " + std::to_string(missed.size() - 1) + " more" : "";
  return Alarm{.log = *log,
               .message = "no cosignature by " + missed.front() + rest +
                          " of what stands here has come for more than " +
                          std::to_string(kWitnessMissingMs / kDayMs) + " days",
               .advice = kWitnessAdvice,
               .key = "witness"};
}

KnownClocks ReplicationNode::Clocks() const {
  KnownClocks known;
  const std::optional<log::HeldLog> own = parts_.log.Find(parts_.log.own_log());
  if (own && own->size > 0) known.own_last_ms = log::ClockMs(own->last_clock);
  // Asked after the log: what it has recorded is not ahead of it.
  known.now_ms = parts_.now_ms();
  known.confirmed_ms = parts_.clock_confirmed_ms;
  std::lock_guard lock(mutex_);
  known.agreed_ms = agreed_ms_;
  known.parent = parent_.path;
  if (parent_.connected) {
    // If the own clock was set since, the parent's word is of the time before.
    const SessionTime& heard = parent_.clock_heard;
    const int64_t expected_ms = heard.wall_ms + (parts_.timer.SteadyMs() - heard.steady_ms);
    known.ahead_of_parent_ms = known.now_ms - expected_ms - parent_.clock_ahead_ms;
  }
  return known;
}

std::optional<std::string> ReplicationNode::clock_fault() const {
  const std::vector<ClockFault> faults = JudgeClock(Clocks());
  if (faults.empty()) return {};
  return faults.front().text;
}

std::optional<std::string> ReplicationNode::clock_forbids_storing() const {
  for (const ClockFault& fault : JudgeClock(Clocks())) {
    if (!fault.may_store) return fault.text;
  }
  return {};
}

void ReplicationNode::AddClockAlarms(std::vector<Alarm>& alarms) const {
  const uint64_t waiting = ParentStatus().value_or(PeerStatus()).lag_entries;
  for (ClockFault& fault : JudgeClock(Clocks())) {
    std::string message = path() + " does not record: " + std::move(fault.text);
    if (waiting > 0) message += "; " + EntriesWaitText(waiting) + " here to be sent";
    alarms.push_back({.log = parts_.log.own_log(),
                      .message = std::move(message),
                      .evidence_file = "",
                      .advice = kClockAdvice,
                      .until_ms = fault.until_ms,
                      .key = std::move(fault.key)});
  }
}

void ReplicationNode::AddParentAlarms(std::vector<Alarm>& alarms) const {
  const std::optional<PeerStatus> parent = ParentStatus();
  if (!parent) return;
  if (parent->in_session) {
    AddProblems(*parent, alarms);
    return;
  }
  int64_t away_ms = 0;
  {
    std::lock_guard lock(mutex_);
    if (away_since_ms_) away_ms = parts_.timer.SteadyMs() - *away_since_ms_;
  }
  if (parent->last_error.empty()) return;
  if (parent->last_error.starts_with(kUnavailable) && away_ms < kAwayMaxMs) return;
  alarms.push_back({.log = "",
                    .message = path() + " has no session with " + parent->path + ", and " +
                               EntriesWaitText(parent->lag_entries) +
                               " here: " + parent->last_error,
                    .evidence_file = "",
                    .advice = kParentAwayAdvice,
                    .key = "no session with the parent"});
}

void ReplicationNode::AddChildAlarms(std::vector<Alarm>& alarms) const {
  for (const PeerStatus& child : Children()) {
    if (!child.in_session) {
      if (child.last_error.empty() || child.last_error.starts_with(kUnavailable)) continue;
      alarms.push_back(
          {.log = "",
           .message = "the session with " + child.path + " has ended: " + child.last_error,
           .evidence_file = "",
           .advice = kHinderedAdvice,
           .key = "no session with " + child.path});
      continue;
    }
    AddProblems(child, alarms);
    if (std::abs(child.clock_ahead_ms) <= log::kClockAheadMaxMs) continue;
    alarms.push_back({.log = "",
                      .message = child.path + " does not record: its clock is " +
                                 ApartText(child.clock_ahead_ms) + " " + path() + "'s; it has " +
                                 EntriesText(child.peer_lag_entries) + " to send",
                      .evidence_file = "",
                      .advice = kClockAdvice,
                      .key = "the clock of " + child.path});
  }
}

}  // namespace liggare::replication
