#include "eventstore/log/read/working_logs.h"

#include <memory>
#include <utility>

namespace liggare::log {

WorkingLog* WorkingLogs::Find(std::string_view name) {
  if (const auto found = logs_.find(name); found != logs_.end()) return &found->second;
  auto stored = catalog_.Find(name);
  if (!stored) return nullptr;
  WorkingLog log;
  log.held = std::move(stored->held);
  log.tree = *stored->tree;
  return &logs_.emplace(std::string(name), std::move(log)).first->second;
}

WorkingLog& WorkingLogs::Get(std::string_view name) {
  if (WorkingLog* log = Find(name); log != nullptr) return *log;
  WorkingLog log;
  log.held = EmptyLog(std::string(name), 0).held;
  log.is_new = true;
  return logs_.emplace(std::string(name), std::move(log)).first->second;
}

void WorkingLogs::Number(WorkingLog& log) {
  log.held.number = next_number_++;
  log.is_new = false;
}

std::vector<CatalogLog> WorkingLogs::Finish() {
  std::vector<CatalogLog> finished;
  std::map<uint32_t, WorkingLog*> by_number;  // New numbers are published in order.
  for (auto& [name, log] : logs_) {
    if (!log.is_new) by_number.emplace(log.held.number, &log);
  }
  for (auto& [number, log] : by_number) {
    finished.push_back({.held = std::move(log->held),
                        .tree = std::make_shared<const merkle::Tree>(std::move(log->tree))});
  }
  logs_.clear();
  return finished;
}

}  // namespace liggare::log
