#include "services/state/frontier_at.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "liggare/v1/entry.pb.h"
#include "proto/error/error.h"
#include "proto/name/log_name.h"
#include "proto/name/node_path.h"
#include "services/domain/place/subject.h"
#include "services/state/received_entry.h"

namespace liggare::state {
namespace {

// The newest epoch of a node's log, and the earlier ones.
struct NodeLogs {
  std::optional<log::HeldLog> newest;
  std::vector<log::HeldLog> earlier;
};

uint32_t EpochOf(const log::HeldLog& held) {
  const auto name = name::ParseLogName(held.name);
  return name.ok() ? name->epoch : 0;
}

NodeLogs LogsOf(const log::EventLog& log, std::string_view path) {
  NodeLogs found;
  for (log::HeldLog& held : log.Logs()) {
    if (name::PathOfLog(held.name) != path) continue;
    if (!found.newest) {
      found.newest = std::move(held);
      continue;
    }
    if (EpochOf(*found.newest) < EpochOf(held)) std::swap(*found.newest, held);
    found.earlier.push_back(std::move(held));
  }
  return found;
}

absl::Status UnknownNode(const log::EventLog& log, std::string_view node) {
  std::set<std::string> paths;
  for (const log::HeldLog& held : log.Logs()) {
    const std::string_view owner = name::PathOfLog(held.name);
    if (!name::IsHeldInPart(log.path(), owner)) paths.emplace(owner);
  }
  std::string expected = "one of";
  for (const std::string& path : paths) expected += " " + path;
  return MakeError(v1::ERROR_CODE_NOT_FOUND,
                   {.message = "no log of " + std::string(node) + " is held whole at " + log.path(),
                    .field = "moment.known_by",
                    .expected = expected});
}

absl::Status BeyondLog(const log::EventLog& log, const log::HeldLog& held, uint64_t at_index) {
  return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                   {.message = held.name + " has " + std::to_string(held.size) + " entries at " +
                               log.path() + ", not " + std::to_string(at_index),
                    .field = "moment.at_index",
                    .expected = "0 to " + std::to_string(held.size)});
}

// Whether this node gets the whole of that log: its own subtree's and its
// ancestors'.
bool IsReplicatedHere(const log::EventLog& log, std::string_view name) {
  const std::string_view path = name::PathOfLog(name);
  return name::IsAtOrBelow(path, log.path()) || name::IsAtOrBelow(log.path(), path);
}

// The Received of `log_name` below `end_index`, oldest first.
absl::StatusOr<std::vector<uint64_t>> ReceivedIndexes(const log::EventLog& log,
                                                      const std::string& log_name,
                                                      uint64_t end_index) {
  std::vector<uint64_t> indexes;
  const std::string subject = domain::NodeSubject(name::PathOfLog(log_name));
  const absl::Status scanned =
      log.ScanSubject(subject, std::nullopt, [&](const log::SubjectEntry& entry) {
        if (entry.type == log::kReceivedType && entry.key.log == log_name &&
            entry.key.index < end_index) {
          indexes.push_back(entry.key.index);
        }
        return true;
      });
  if (!scanned.ok()) return scanned;
  return indexes;
}

// All of them are read: which logs the node knew is said nowhere else, and one
// that is not held here must be seen too (HeldPart).
absl::Status AddReceived(const log::EventLog& log, const std::string& log_name, uint64_t end_index,
                         Frontier& frontier) {
  const auto indexes = ReceivedIndexes(log, log_name, end_index);
  if (!indexes.ok()) return indexes.status();
  for (const uint64_t index : *indexes) {
    const auto received = ReadReceived(log, log_name, index);
    if (!received.ok()) return received.status();
    for (const v1::LogState& state : received->logs()) frontier.Include(state.log(), state.size());
  }
  return absl::OkStatus();
}

// The same for this node itself, from the `known` family.
absl::Status AddKnown(const log::EventLog& log, uint64_t own_index, Frontier& frontier) {
  for (const log::HeldLog& held : log.Logs()) {
    if (name::PathOfLog(held.name) == log.path()) continue;
    const auto size = log.KnownSize(held.name, own_index);
    if (!size.ok()) return size.status();
    frontier.Include(held.name, *size);
  }
  return absl::OkStatus();
}

absl::Status NotHeldYet(const log::EventLog& log, std::string_view name, uint64_t known_size,
                        uint64_t held_size) {
  return MakeError(v1::ERROR_CODE_UNAVAILABLE,
                   {.message = "at that moment " + std::string(name) + " was known to " +
                               std::to_string(known_size) + " entries; " + log.path() + " holds " +
                               std::to_string(held_size) + " of them so far",
                    .field = "moment"});
}

// The part of the frontier that is held here; UNAVAILABLE if something is
// missing that has yet to come. What is left is within FrontierNow.
absl::StatusOr<Frontier> HeldPart(const log::EventLog& log, const Frontier& frontier) {
  Frontier part;
  for (const auto& [name, known] : frontier.logs()) {
    const auto held = log.Find(name);
    const uint64_t held_size = held ? held->size : 0;
    if (held_size < known.size && IsReplicatedHere(log, name)) {
      return NotHeldYet(log, name, known.size, held_size);
    }
    part.Include(name, std::min(held_size, known.size));
  }
  return part;
}

}  // namespace

absl::StatusOr<Frontier> FrontierAt(const log::EventLog& log, const KnowledgePoint& point) {
  const NodeLogs own = LogsOf(log, point.node);
  // What a node knew stands in the entries of its log that are shown to nobody else.
  if (!own.newest || name::IsHeldInPart(log.path(), point.node)) {
    return UnknownNode(log, point.node);
  }
  if (point.at_index > own.newest->size) return BeyondLog(log, *own.newest, point.at_index);
  Frontier frontier;
  frontier.Include(own.newest->name, point.at_index);
  for (const log::HeldLog& earlier : own.earlier) frontier.Include(earlier.name, earlier.size);
  const absl::Status added = point.node == log.path()
                                 ? AddKnown(log, point.at_index, frontier)
                                 : AddReceived(log, own.newest->name, point.at_index, frontier);
  if (!added.ok()) return added;
  return HeldPart(log, frontier);
}

}  // namespace liggare::state
