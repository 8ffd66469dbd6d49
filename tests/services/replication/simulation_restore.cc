// The part of Simulation in which disks are cloned, restored and filled by a hostile hand.
#include "proto/name/log_name.h"
#include "proto/name/node_path.h"
#include "tests/services/replication/simulation.h"

namespace liggare::replication {

void Simulation::Restore(const std::string& path, const Restoring& restoring) {
  Cut(path);
  Node& node = nodes_.at(path);
  const Node& parent =
      nodes_.at(restoring.from.empty() ? std::string(name::ParentOf(path)) : restoring.from);
  const SimulatedLog lost = node.logs.at(OwnLog(node));
  std::map<std::string, SimulatedLog> taken;
  Extent previous;
  for (const auto& [name, log] : parent.logs) {
    if (!name::IsAtOrBelow(name::PathOfLog(name), path)) continue;
    taken.emplace(name, log);
    if (name::PathOfLog(name) == path && log.size() > 0) {
      previous = log.At(restoring.claimed_size.value_or(log.size()));
    }
  }
  ++node.epoch;
  node.logs = std::move(taken);
  node.stop_reason.clear();
  SimulatedLog& own = LogOf(node, OwnLog(node));
  own.Append(SimulatedEpoch(OwnLog(node), now_ms_, previous));
  for (uint64_t i = previous.size; i < lost.size(); ++i) {
    if (!IsReceived(lost.entry(i))) AppendOwn(node, "again", Recording());
  }
  Trace(path + ": opens " + OwnLog(node) + " after " + replication::Describe(previous));
}

void Simulation::Flood(const std::string& path, const Flooding& flooding) {
  for (int i = 0; i < flooding.count; ++i) {
    const std::string below = path + "/" + flooding.prefix + std::to_string(i);
    const std::string name = below + "@1";
    for (auto& [other, node] : nodes_) node.keys.insert(below);
    SimulatedLog& log = LogOf(nodes_.at(path), name);
    log.Append(SimulatedEntry(name, 0, now_ms_, "event"));
    log.checkpoints[1] = SimulatedCheckpoint{log.Held(), below, ""}.Text();
    Advanced(path, name);
  }
}

void Simulation::Clone(const std::string& path) { clones_[path] = nodes_.at(path); }

void Simulation::Swap(const std::string& path) {
  Cut(path);
  std::swap(nodes_.at(path), clones_.at(path));
}

bool Simulation::EndedByEpoch(const Node& node, const std::string& name) {
  for (const auto& [other, log] : node.logs) {
    const absl::StatusOr<name::LogName> later = name::ParseLogName(other);
    const absl::StatusOr<name::LogName> earlier = name::ParseLogName(name);
    if (later->path == earlier->path && later->epoch > earlier->epoch && log.size() > 0) {
      return true;
    }
  }
  return false;
}

}  // namespace liggare::replication
