// Who wants to know of commits. Private to this folder.
#ifndef EVENTSTORE_LOG_READ_COMMIT_LISTENERS_H_
#define EVENTSTORE_LOG_READ_COMMIT_LISTENERS_H_

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "eventstore/log/read/event_log.h"

namespace liggare::log {

// One listener. A call and its end exclude each other, except that a listener may
// end itself from within its own call.
class CommitListenerEntry {
 public:
  explicit CommitListenerEntry(EventLog::CommitListener listener)
      : listener_(std::move(listener)) {}
  void Call(const std::vector<HeldLog>& advanced);
  void End();

 private:
  std::mutex mutex_;                             // Held during a call.
  std::atomic<std::thread::id> calling_thread_;  // While a call goes on.
  std::atomic<bool> ended_ = false;
  const EventLog::CommitListener listener_;
};

// Thread-safe.
class CommitListeners {
 public:
  void Add(std::shared_ptr<CommitListenerEntry> entry);
  void Remove(const CommitListenerEntry* entry);
  // Calls everyone, one after the other, on this thread.
  void Notify(const std::vector<HeldLog>& advanced);

 private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<CommitListenerEntry>> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_READ_COMMIT_LISTENERS_H_
