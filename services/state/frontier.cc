#include "services/state/frontier.h"

#include <algorithm>

#include "proto/name/log_name.h"
#include "proto/name/node_path.h"

namespace liggare::state {

void Frontier::Set(std::string_view log, Known known) {
  const auto found = logs_.find(log);
  if (found != logs_.end()) {
    found->second = known;
  } else {
    logs_.emplace(std::string(log), known);
  }
}

void Frontier::Include(std::string_view log, uint64_t size) {
  if (size > SizeOf(log)) Set(log, {.size = size});
}

uint64_t Frontier::SizeOf(std::string_view log) const {
  const auto found = logs_.find(log);
  return found == logs_.end() ? 0 : found->second.size;
}

bool Frontier::Covers(const Frontier& other) const {
  return std::all_of(other.logs_.begin(), other.logs_.end(),
                     [this](const auto& log) { return SizeOf(log.first) >= log.second.size; });
}

Frontier WithoutLogsAbove(const Frontier& frontier, std::string_view node) {
  Frontier without;
  for (const auto& [log, known] : frontier.logs()) {
    const std::string_view owner = name::PathOfLog(log);
    if (owner == node || !name::IsAtOrBelow(node, owner)) without.Set(log, known);
  }
  return without;
}

Frontier FrontierNow(const log::EventLog& log) {
  Frontier frontier;
  for (const log::HeldLog& held : log.Logs()) {
    frontier.Set(held.name, {.size = held.size, .last_clock = held.last_clock});
  }
  return frontier;
}

}  // namespace liggare::state
