// What happened in a run, line by line: who sent what to whom when, and what the
// product logged. Two runs of one seed have equal traces, byte for byte.
//
//   12.034518  se/17          ▸ se: chunk se/17/a@1 [3,9) to 9
#ifndef TESTS_SIMULATION_TRACE_H_
#define TESTS_SIMULATION_TRACE_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/simulation/scheduler.h"

namespace liggare::simulation {

// While one lives, the product's log lines (spdlog) go to it, or nowhere if it is
// off. One at a time; not thread-safe.
class Trace {
 public:
  // `scheduler` must outlive the trace. One that is off keeps nothing.
  Trace(const Scheduler& scheduler, bool on);
  ~Trace();
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  // Ask before making a text at some cost.
  bool on() const { return on_ && !muted_; }
  void Add(std::string_view who, std::string_view what);
  // While muted nothing is added: a process that has died says nothing more.
  void Mute(bool muted) { muted_ = muted; }
  // Leaves this text out of what is added: a path that is another at every run.
  void Hide(std::string text) { hidden_ = std::move(text); }

  const std::vector<std::string>& lines() const { return lines_; }

 private:
  const Scheduler& scheduler_;
  const bool on_;
  bool muted_ = false;
  std::string hidden_;
  std::vector<std::string> lines_;
};

}  // namespace liggare::simulation

#endif  // TESTS_SIMULATION_TRACE_H_
