#include "services/work/thread_timer.h"

#include <utility>

namespace liggare::work {

ThreadTimer::ThreadTimer() : thread_([this] { Run(); }) {}

ThreadTimer::~ThreadTimer() {
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void ThreadTimer::After(int64_t delay_ms, std::function<void()> closure) {
  {
    std::lock_guard lock(mutex_);
    due_.emplace(Clock::now() + std::chrono::milliseconds(delay_ms), std::move(closure));
  }
  changed_.notify_one();
}

int64_t ThreadTimer::SteadyMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now().time_since_epoch())
      .count();
}

void ThreadTimer::Run() {
  std::unique_lock lock(mutex_);
  while (!stopped_) {
    if (due_.empty()) {
      changed_.wait(lock);
    } else if (due_.begin()->first > Clock::now()) {
      changed_.wait_until(lock, Clock::time_point(due_.begin()->first));
    } else {
      auto next = due_.extract(due_.begin());
      lock.unlock();
      next.mapped()();
      next = {};
      lock.lock();
    }
  }
}

}  // namespace liggare::work
