// Looks at a node's alarms again and again: since when each stands, and a line in the log
// when it comes, once a day while it stays, and when it is over.
//
// Thread-safe. A session that ends and begins anew takes its alarms away for a moment:
// one that comes back within kAlarmRestMs is the same.
#ifndef SERVICES_NODE_ALARM_WATCH_H_
#define SERVICES_NODE_ALARM_WATCH_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "services/replication/session/peer_status.h"
#include "services/work/strand.h"
#include "services/work/timer.h"

namespace liggare::node {

inline constexpr int64_t kAlarmLookMs = 5'000;
inline constexpr int64_t kAlarmRestMs = 10 * 60 * 1000;
inline constexpr int64_t kAlarmAgainMs = 24 * 60 * 60 * 1000;

class AlarmWatch : public std::enable_shared_from_this<AlarmWatch> {
 public:
  struct Parts {
    std::string path;  // Of the node, in the log.
    std::function<std::vector<replication::Alarm>()> alarms;
    std::function<int64_t()> now_ms;  // Wall clock: what people are told.
    work::Timer& timer;
    work::WorkerPool& workers;
  };
  // Everything must live until Stop.
  explicit AlarmWatch(Parts parts);

  // Looks now, and from now on every kAlarmLookMs. Once.
  void Look();
  // Afterwards nothing is touched any more.
  void Stop();

  // The alarms, each with since when it stands. Looks, too.
  std::vector<replication::Alarm> Alarms();

 private:
  struct Standing {
    int64_t since_ms = 0;  // On the wall clock; the rest on the steady one.
    int64_t seen_ms = 0;
    int64_t told_ms = 0;
    std::string message;
  };
  void Tell(const replication::Alarm& alarm) const;
  void ForgetOver(int64_t steady_ms) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Parts parts_;
  work::Strand strand_;
  std::mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<std::string, Standing> standing_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace liggare::node

#endif  // SERVICES_NODE_ALARM_WATCH_H_
