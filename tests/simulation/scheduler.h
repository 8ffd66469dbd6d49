// Simulated time: what is to happen, in the order of its time, then of its
// planning. Not thread-safe.
#ifndef TESTS_SIMULATION_SCHEDULER_H_
#define TESTS_SIMULATION_SCHEDULER_H_

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"

namespace liggare::simulation {

class Scheduler {
 public:
  using Closure = absl::AnyInvocable<void()>;

  // Microseconds since the run began.
  int64_t now_us() const { return now_us_; }

  void After(int64_t delay_us, Closure closure) {
    due_.push_back({now_us_ + std::max<int64_t>(delay_us, 0), ++planned_, std::move(closure)});
    std::push_heap(due_.begin(), due_.end(), Later);
  }

  // Lets the next thing happen. False if there is none.
  bool Step() {
    if (due_.empty()) return false;
    std::pop_heap(due_.begin(), due_.end(), Later);
    Due next = std::move(due_.back());
    due_.pop_back();
    now_us_ = std::max(now_us_, next.at_us);
    ++steps_;
    std::move(next.closure)();
    return true;
  }

  // Moves the time on without letting anything happen: what was due meanwhile
  // happens late.
  void Skip(int64_t us) { now_us_ += us; }

  uint64_t steps() const { return steps_; }

 private:
  struct Due {
    int64_t at_us;
    uint64_t number;
    Closure closure;
  };
  static bool Later(const Due& a, const Due& b) {
    return std::pair(a.at_us, a.number) > std::pair(b.at_us, b.number);
  }

  int64_t now_us_ = 0;
  uint64_t planned_ = 0;
  uint64_t steps_ = 0;
  std::vector<Due> due_;  // A heap.
};

}  // namespace liggare::simulation

#endif  // TESTS_SIMULATION_SCHEDULER_H_
