#include "services/replication/session/log_flow.h"

#include "proto/name/log_name.h"
#include "proto/name/node_path.h"

namespace liggare::replication {
namespace {

bool FlowsUp(std::string_view child, std::string_view log_path) {
  return name::IsAtOrBelow(log_path, child);
}

bool FlowsDown(std::string_view parent, std::string_view child, std::string_view log_path) {
  return log_path == parent ||
         (name::IsHeldInPart(child, log_path) && name::IsAtOrBelow(parent, log_path));
}

bool FlowsFrom(bool from_child, std::string_view child, std::string_view parent,
               std::string_view log) {
  absl::StatusOr<name::LogName> name = name::ParseLogName(log);
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
  const std::string_view path = name::PathOfLog(log);
  if (path == node) return "";
  if (!name::IsAtOrBelow(path, node)) return std::string(path);
  return std::string(path.substr(0, path.find('/', node.size() + 1)));
}

bool IsInPart(const SessionEnds& ends, std::string_view log) {
  const std::string& child = ends.side == Side::kChild ? ends.self : ends.peer;
  return name::IsHeldInPart(child, name::PathOfLog(log));
}

bool IsWitnessed(const SessionEnds& ends, std::string_view log) {
  const bool flows_down = ends.side == Side::kParent ? IsOutbound(ends, log) : IsInbound(ends, log);
  return flows_down && !IsInPart(ends, log);
}

}  // namespace liggare::replication
