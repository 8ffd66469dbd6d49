#include "services/replication/log_flow.h"

#include "services/domain/log_name.h"
#include "services/domain/node_path.h"

namespace liggare::replication {
namespace {

bool FlowsUp(std::string_view child, std::string_view log_path) {
  return domain::IsAtOrBelow(log_path, child);
}

bool FlowsDown(std::string_view parent, std::string_view child, std::string_view log_path) {
  return log_path == parent ||
         (domain::IsHeldInPart(child, log_path) && domain::IsAtOrBelow(parent, log_path));
}

bool FlowsFrom(bool from_child, std::string_view child, std::string_view parent,
               std::string_view log) {
  absl::StatusOr<domain::LogName> name = domain::ParseLogName(log);
  if (!name.ok()) return false;
  return from_child ? FlowsUp(child, name->path) : FlowsDown(parent, child, name->path);
}

}  // namespace

bool IsOutbound(const SessionEnds& ends, std::string_view log) {
  return ends.side == Side::kChild ? FlowsFrom(true, ends.self, ends.peer, log)
                                   : FlowsFrom(false, ends.peer, ends.self, log);
}

bool IsInbound(const SessionEnds& ends, std::string_view log) {
  return ends.side == Side::kChild ? FlowsFrom(false, ends.self, ends.peer, log)
                                   : FlowsFrom(true, ends.peer, ends.self, log);
}

std::string ShareOf(std::string_view node, std::string_view log) {
  const std::string_view path = domain::PathOfLog(log);
  if (path == node) return "";
  if (!domain::IsAtOrBelow(path, node)) return std::string(path);
  return std::string(path.substr(0, path.find('/', node.size() + 1)));
}

bool IsInPart(const SessionEnds& ends, std::string_view log) {
  const std::string& child = ends.side == Side::kChild ? ends.self : ends.peer;
  return domain::IsHeldInPart(child, domain::PathOfLog(log));
}

bool IsWitnessed(const SessionEnds& ends, std::string_view log) {
  const bool flows_down = ends.side == Side::kParent ? IsOutbound(ends, log) : IsInbound(ends, log);
  return flows_down && !IsInPart(ends, log);
}

}  // namespace liggare::replication
