#include "services/replication/chunks/log_shares.h"

#include "proto/name/log_name.h"
#include "proto/name/node_path.h"
#include "services/replication/session/log_share.h"

namespace liggare::replication {

LogShares::LogShares(const log::EventLog& log) {
  std::lock_guard lock(mutex_);
  for (const log::HeldLog& held : log.Logs()) placed_[held.name].held = true;
}

bool LogShares::Take(std::string_view log) {
  std::lock_guard lock(mutex_);
  auto placed = placed_.find(log);
  const std::string_view verksamhet = VerksamhetOf(log);
  if (placed == placed_.end() && name::PathOfLog(log) != verksamhet) {
    std::set<std::string, std::less<>> held;
    for (auto at = placed_.lower_bound(verksamhet);
         at != placed_.end() && at->first.starts_with(verksamhet); ++at) {
      if (name::IsAtOrBelow(name::PathOfLog(at->first), verksamhet)) held.insert(at->first);
    }
    if (!HasRoom(log, held)) return false;
  }
  if (placed == placed_.end()) placed = placed_.emplace(std::string(log), Place()).first;
  ++placed->second.sessions;
  return true;
}

void LogShares::Stored(std::string_view log) {
  std::lock_guard lock(mutex_);
  if (auto placed = placed_.find(log); placed != placed_.end()) placed->second.held = true;
}

void LogShares::Release(const std::set<std::string, std::less<>>& logs) {
  std::lock_guard lock(mutex_);
  for (const std::string& log : logs) {
    const auto placed = placed_.find(log);
    if (placed == placed_.end()) continue;
    if (--placed->second.sessions == 0 && !placed->second.held) placed_.erase(placed);
  }
}

}  // namespace liggare::replication
