// Calls that wait until a node holds certain entries. Woken by its commits;
// nothing is polled.
#ifndef SERVICES_ASK_FRONTIER_WAITERS_H_
#define SERVICES_ASK_FRONTIER_WAITERS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "eventstore/log/read/event_log.h"
#include "liggare/v1/query_service.pb.h"
#include "services/work/fair_share.h"

namespace liggare::ask {

inline constexpr int kAwaitedLogsMax = 1'000;  // Per call.
// Per node; of one caller, as many as are still free.
inline constexpr size_t kWaitersMax = 1'024;

// Thread-safe. The EventLog must outlive it.
class FrontierWaiters {
 public:
  // Called once, outside every lock, on the waiting thread or the sequencer's:
  // it must return at once.
  using Done = absl::AnyInvocable<void(absl::Status)>;
  using Ticket = uint64_t;

  explicit FrontierWaiters(const log::EventLog& log);
  // Stops.
  ~FrontierWaiters();

  // Calls `done` with OK as soon as every named log is held up to its position,
  // which may be at once; with UNAVAILABLE when stopped, or too many wait already,
  // or too many of this caller (rpc::PeerName);
  // with INVALID_FIELD or LIMIT_EXCEEDED if the request is not right. A log that
  // is not held yet may come. The ticket is for Cancel.
  Ticket Wait(const v1::AwaitFrontierRequest& request, const std::string& caller, Done done);

  // Gives up. True if the call was still waiting: then its `done` is never called.
  bool Cancel(Ticket ticket);

  // Answers all that wait, and all that come, with UNAVAILABLE.
  void Stop();

 private:
  using Sizes = std::map<std::string, uint64_t, std::less<>>;
  struct Waiter {
    Sizes missing;  // Per log, the size that must come.
    std::string caller;
    Done done;
  };

  absl::StatusOr<Sizes> Missing(const v1::AwaitFrontierRequest& request) const;
  // What follows it.
  std::map<Ticket, Waiter>::iterator Forget(std::map<Ticket, Waiter>::iterator waiter)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnCommit(const std::vector<log::HeldLog>& advanced);

  const log::EventLog& log_;
  std::mutex mutex_;
  std::map<Ticket, Waiter> waiters_ ABSL_GUARDED_BY(mutex_);
  work::FairShare share_ ABSL_GUARDED_BY(mutex_){kWaitersMax};
  Ticket next_ticket_ ABSL_GUARDED_BY(mutex_) = 1;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  // Last, so that no commit is heard of before or after the rest is there.
  std::unique_ptr<log::EventLog::Subscription> subscription_;
};

}  // namespace liggare::ask

#endif  // SERVICES_ASK_FRONTIER_WAITERS_H_
