// Runs closures later, and tells how much time passes. Thread-safe.
#ifndef SERVICES_WORK_TIMER_H_
#define SERVICES_WORK_TIMER_H_

#include <cstdint>
#include <functional>

namespace liggare::work {

class Timer {
 public:
  virtual ~Timer() = default;
  // Calls `closure` after `delay_ms`, on a thread of the timer's; it must return
  // at once. There is no cancelling: the closure finds out for itself whether it
  // is still wanted. Dropped, uncalled, if the timer dies first.
  virtual void After(int64_t delay_ms, std::function<void()> closure) = 0;
  // Milliseconds of a clock that nobody sets: they only ever rise.
  virtual int64_t SteadyMs() = 0;
};

}  // namespace liggare::work

#endif  // SERVICES_WORK_TIMER_H_
