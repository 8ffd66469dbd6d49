#include "services/node/listener_watch.h"

#include <chrono>
#include <utility>

namespace liggare::node {

ListenerWatch::ListenerWatch(Options options)
    : options_(std::move(options)), thread_([this] { Run(); }) {}

ListenerWatch::~ListenerWatch() {
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

bool ListenerWatch::Connects() const {
  return options_.dial()->WaitForConnected(std::chrono::system_clock::now() +
                                           std::chrono::milliseconds(options_.connect_max_ms));
}

void ListenerWatch::Run() {
  int failures = 0;
  std::unique_lock lock(mutex_);
  const auto interval = std::chrono::milliseconds(options_.interval_ms);
  while (!changed_.wait_for(lock, interval, [this] { return stopped_; })) {
    lock.unlock();
    failures = Connects() ? 0 : failures + 1;
    if (failures >= options_.failures_max) return options_.on_deaf();
    lock.lock();
  }
}

}  // namespace liggare::node
