#include "eventstore/log/read/commit_listeners.h"

#include <utility>

namespace liggare::log {

void CommitListenerEntry::Call(const std::vector<HeldLog>& advanced) {
  const std::lock_guard lock(mutex_);
  if (ended_) return;
  calling_thread_ = std::this_thread::get_id();
  listener_(advanced);
  calling_thread_ = std::thread::id();
}

void CommitListenerEntry::End() {
  ended_ = true;
  if (calling_thread_.load() == std::this_thread::get_id()) return;
  const std::lock_guard lock(mutex_);  // Waits for a call in progress.
}

void CommitListeners::Add(std::shared_ptr<CommitListenerEntry> entry) {
  const std::lock_guard lock(mutex_);
  entries_.push_back(std::move(entry));
}

void CommitListeners::Remove(const CommitListenerEntry* entry) {
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [entry](const auto& candidate) { return candidate.get() == entry; });
}

void CommitListeners::Notify(const std::vector<HeldLog>& advanced) {
  std::vector<std::shared_ptr<CommitListenerEntry>> entries;
  {
    const std::lock_guard lock(mutex_);
    entries = entries_;
  }
  for (const auto& entry : entries) entry->Call(advanced);
}

}  // namespace liggare::log
