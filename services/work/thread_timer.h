// A Timer with a thread of its own, on the steady clock.
#ifndef SERVICES_WORK_THREAD_TIMER_H_
#define SERVICES_WORK_THREAD_TIMER_H_

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "services/work/timer.h"

namespace liggare::work {

class ThreadTimer : public Timer {
 public:
  ThreadTimer();
  // Waits for a closure that is running.
  ~ThreadTimer() override;
  void After(int64_t delay_ms, std::function<void()> closure) override;
  int64_t SteadyMs() override;

 private:
  using Clock = std::chrono::steady_clock;
  void Run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<Clock::time_point, std::function<void()>> due_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace liggare::work

#endif  // SERVICES_WORK_THREAD_TIMER_H_
