// Watches whether the server still takes connections, by making one now and
// then. gRPC 1.51 stops listening for good after some errors of accept(), and
// says so only in its log; the process would live on, deaf.
#ifndef SERVICES_NODE_LISTENER_WATCH_H_
#define SERVICES_NODE_LISTENER_WATCH_H_

#include <grpcpp/channel.h>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "absl/base/thread_annotations.h"

namespace liggare::node {

class ListenerWatch {
 public:
  struct Options {
    int64_t interval_ms = 30'000;
    int64_t connect_max_ms = 10'000;
    int failures_max = 3;  // In a row.
    // A new channel to the server's own address.
    std::function<std::shared_ptr<grpc::Channel>()> dial;
    // Called once, on the watch's thread, when the server is deaf.
    std::function<void()> on_deaf;
  };
  explicit ListenerWatch(Options options);
  // Ends the watch; waits for an attempt in progress.
  ~ListenerWatch();

 private:
  void Run();
  bool Connects() const;

  const Options options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace liggare::node

#endif  // SERVICES_NODE_LISTENER_WATCH_H_
