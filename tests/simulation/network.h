// The links between children and their parents, and the connections over them.
// A connection is a stream of frames in each direction, ordered and lossless
// until it breaks, as TCP's; different connections overtake each other freely.
//
//   child's End ──Write──► wire (latency, bandwidth) ──► inbox ──Read──► parent's End
//
// Not thread-safe.
#ifndef TESTS_SIMULATION_NETWORK_H_
#define TESTS_SIMULATION_NETWORK_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tests/simulation/checker.h"
#include "tests/simulation/random.h"
#include "tests/simulation/scheduler.h"
#include "tests/simulation/trace.h"

namespace liggare::simulation {

class Connection;
class Process;

// How a link is at the moment.
struct LinkWeather {
  bool blocked = false;  // Nothing passes; what is under way waits.
  int64_t latency_us = 10'000;
  int64_t jitter_us = 5'000;
  int64_t bytes_per_s = 1'250'000;
};

class Network {
 public:
  struct Parts {
    Scheduler& scheduler;
    Trace& trace;
    Checker& checker;
    // The process that answers at the address of a node; null if none does.
    std::function<Process*(const std::string& path)> find;
  };
  Network(Parts parts, Random random);
  ~Network();

  // What a dialler is told when its call is over: why, and whether the session
  // had come to life.
  using CallDone = std::function<void(const absl::Status& why, bool lived)>;
  // The child dials its parent; `done` comes later, unless the child dies first.
  void Dial(Process& child, CallDone done);

  // The link between a child and its parent, by the child's path.
  LinkWeather& weather(const std::string& child) { return links_[child]; }
  void Block(const std::string& child);
  void Unblock(const std::string& child);
  // Breaks every connection of the link. Each end learns of it after a while, or,
  // `half_open`, one of them never does.
  void Cut(const std::string& child, bool half_open);

  // The process has died; the other ends learn of it, unless `silently`.
  void Detach(const Process& process, bool silently);
  // Tells the process's sessions to end in good order.
  void StopSessions(const Process& process);

  Parts& parts() { return parts_; }
  Random& random() { return random_; }
  void Forget(const Connection& connection);
  uint64_t frames() const { return frames_; }
  void CountFrame() { ++frames_; }

 private:
  std::vector<std::shared_ptr<Connection>> Of(const std::string& child) const;

  Parts parts_;
  Random random_;
  std::map<std::string, LinkWeather> links_;
  std::vector<std::shared_ptr<Connection>> connections_;
  uint64_t dialled_ = 0;
  uint64_t frames_ = 0;
};

}  // namespace liggare::simulation

#endif  // TESTS_SIMULATION_NETWORK_H_
