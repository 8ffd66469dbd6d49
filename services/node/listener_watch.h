// Watches whether the process still takes connections, by making one now and then.
// A listener that has stopped, or threads of gRPC that stand still, would leave it
// alive and deaf; only a new start helps then.
//
// What is watched is that a connection is answered, not that it is let in: any answer
// to the beginning of a TLS handshake will do, an alert, or the connection's end. So
// no certificate, whatever is wrong with it, and no crowd ends the process.
#ifndef SERVICES_NODE_LISTENER_WATCH_H_
#define SERVICES_NODE_LISTENER_WATCH_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"

namespace liggare::node {

// Whether whoever listens on `address` (host:port, or unix-abstract:name) takes a connection and
// answers the beginning of a TLS handshake, by bytes or by ending it, within that time.
bool AnswersHandshake(const std::string& address, int64_t answer_max_ms);

class ListenerWatch {
 public:
  struct Options {
    int64_t interval_ms = 30'000;
    int64_t answer_max_ms = 10'000;
    int failures_max = 3;  // In a row.
    // Where the process always takes one of its own (connection_listener.h). Asked
    // before each attempt.
    std::function<std::string()> address;
    // Called once, on the watch's thread, when the process is deaf.
    std::function<void()> on_deaf;
  };
  explicit ListenerWatch(Options options);
  // Ends the watch; waits for an attempt in progress.
  ~ListenerWatch();

 private:
  void Run();

  const Options options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace liggare::node

#endif  // SERVICES_NODE_LISTENER_WATCH_H_
