#include "services/ask/node_status.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "eventstore/merkle/hash.h"
#include "services/ask/page.h"

namespace liggare::ask {
namespace {

// How the text of a session that ended without anybody's fault begins.
constexpr char kUnavailable[] = "UNAVAILABLE";

void AddLog(const hosting::HostedNode& node, const log::HeldLog& log,
            const std::optional<replication::PeerStatus>& parent, v1::NodeStatus& status) {
  v1::HeldLog& held = *status.add_logs();
  if (node.witnesses) {
    for (replication::Witness& witness : node.witnesses(log.name)) {
      v1::LogWitness& out = *held.add_witnesses();
      out.set_name(std::move(witness.name));
      out.set_size(witness.size);
      out.set_cosigned_at_s(static_cast<int64_t>(witness.time_s));
    }
  }
  held.mutable_state()->set_log(log.name);
  held.mutable_state()->set_size(log.size);
  held.mutable_state()->set_root(std::string(merkle::HashBytes(log.root)));
  if (parent.has_value()) {
    const auto acknowledged = parent->acknowledged.find(log.name);
    if (acknowledged != parent->acknowledged.end()) {
      held.set_acknowledged_by_parent(acknowledged->second);
    }
  }
}

void AddAlarm(replication::Alarm alarm, v1::NodeStatus& status) {
  v1::Alarm& out = *status.add_alarms();
  out.set_log(std::move(alarm.log));
  out.set_message(std::move(alarm.message));
  out.set_evidence_file(std::move(alarm.evidence_file));
  out.set_advice(std::move(alarm.advice));
  out.set_since_ms(alarm.since_ms);
  out.set_until_ms(alarm.until_ms);
}

// Why nothing is recorded; empty if it is.
std::string ReadOnlyReason(const hosting::HostedNode& node) {
  const absl::Status health = node.sequencer.health();
  if (!health.ok()) return std::string(health.message());
  if (node.key_revoked) {
    if (std::optional<std::string> revoked = node.key_revoked()) {
      return *revoked + " " + replication::kRevokedKeyAdvice;
    }
  }
  if (node.closed) {
    if (std::optional<std::string> closed = node.closed()) {
      return *closed + " " + replication::kClosedAdvice;
    }
  }
  if (!node.recording_stopped) return "";
  std::optional<std::string> stopped = node.recording_stopped();
  return stopped ? *stopped + " " + replication::kRestoreAdvice : "";
}

void SetParent(replication::PeerStatus parent, v1::NodeStatus& status) {
  v1::ParentStatus& out = *status.mutable_parent();
  out.set_path(std::move(parent.path));
  out.set_address(std::move(parent.address));
  out.set_connected(parent.connected);
  out.set_lag_entries(parent.lag_entries);
  out.set_last_error(std::move(parent.last_error));
}

// "se/17/varmland.120": after so many of that node's logs and alarms.
struct StatusStart {
  std::string path;
  uint64_t skipped = 0;
};

absl::StatusOr<StatusStart> ParseStatusPage(std::string_view page) {
  if (page.empty()) return StatusStart();
  const size_t point = std::min(page.find('.'), page.size());
  const auto numbers = ParsePage("0" + std::string(page.substr(point)));
  if (!numbers.ok()) return numbers.status();
  return StatusStart{std::string(page.substr(0, point)), numbers->first};
}

// Whether a person should know of it: a node that is merely not there is no news.
bool IsWorthTelling(const replication::PeerStatus& child) {
  if (!child.problems.empty()) return true;
  return !child.connected && !child.last_error.empty() &&
         !child.last_error.starts_with(kUnavailable);
}

void AddChildren(std::vector<replication::PeerStatus> children, v1::NodeStatus& status) {
  for (replication::PeerStatus& child : children) {
    if (!IsWorthTelling(child)) continue;
    if (static_cast<size_t>(status.children_size()) == kChildrenShownMax) return;
    v1::ChildStatus& out = *status.add_children();
    out.set_path(std::move(child.path));
    out.set_connected(child.connected);
    out.set_last_error(std::move(child.last_error));
    for (replication::Problem& problem : child.problems) {
      if (static_cast<size_t>(out.problems_size()) == kProblemsShownMax) break;
      out.add_problems(std::move(problem.text));
    }
  }
}

}  // namespace

absl::Status FillPage(const std::vector<const hosting::HostedNode*>& asked, std::string_view page,
                      v1::GetStatusResponse& response) {
  const auto start = ParseStatusPage(page);
  if (!start.ok()) return start.status();
  size_t room = kPageBytesMax;
  for (const hosting::HostedNode* node : asked) {
    if (node->path < start->path) continue;
    if (room == 0) {
      response.set_next_page(node->path + ".0");
      return absl::OkStatus();
    }
    v1::NodeStatus& status = *response.add_nodes();
    status = StatusOf(*node);
    const uint64_t skipped = node->path == start->path ? start->skipped : 0;
    const Cut cut = CutLists(status, skipped, {.bytes = room});
    if (cut.more) {
      response.set_next_page(node->path + "." + std::to_string(skipped + cut.kept));
      return absl::OkStatus();
    }
    room -= std::min(room, status.ByteSizeLong());
  }
  return absl::OkStatus();
}

v1::NodeStatus StatusOf(const hosting::HostedNode& node) {
  v1::NodeStatus status;
  status.set_path(node.path);
  status.set_verifier_key(node.verifier().Text());
  std::optional<replication::PeerStatus> parent = node.parent_status();
  for (const log::HeldLog& log : node.log.Logs()) AddLog(node, log, parent, status);
  if (parent.has_value()) SetParent(*std::move(parent), status);
  if (node.alarms) {
    for (replication::Alarm& alarm : node.alarms()) AddAlarm(std::move(alarm), status);
  }
  if (node.children) AddChildren(node.children(), status);
  status.set_read_only_reason(ReadOnlyReason(node));
  return status;
}

}  // namespace liggare::ask
