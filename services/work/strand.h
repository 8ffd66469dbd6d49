// Threads that run closures, and strands: queues whose closures run one at a
// time, in the order in which they were posted, on whichever thread is free.
//
//   Post a1 ─┐              ┌─ thread 1:  a1 a2 .. a3
//   Post a2 ─┼─ strand A ───┤
//   Post b1 ─┴─ strand B ───┴─ thread 2:  b1
//
// gRPC's own threads and a sequencer's must return at once; what takes time, or
// must not run beside itself, is posted here.
#ifndef SERVICES_WORK_STRAND_H_
#define SERVICES_WORK_STRAND_H_

#include <cstddef>
#include <memory>

#include "absl/functional/any_invocable.h"

namespace liggare::work {

using Closure = absl::AnyInvocable<void()>;

// A fixed number of threads over one queue. Thread-safe. The queue has no limit
// of its own: whoever posts bounds what it has under way.
class WorkerPool {
 public:
  // With no threads, nothing runs but by Step(): a simulator's pool.
  explicit WorkerPool(int thread_count);
  // Stops.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Runs `closure` on some thread. After Stop() it is dropped, unrun, and false
  // is returned.
  bool Post(Closure closure);

  // Runs the closure that was posted first, on the caller's thread. False if there
  // is none.
  bool Step();

  // Runs everything that was posted before, then ends the threads. Must not be
  // called from a closure. Later calls do nothing.
  void Stop();

 private:
  friend class Strand;
  struct State;
  std::shared_ptr<State> state_;
};

// A strand of a pool. Thread-safe. The closures own what they touch: those that
// were posted run even if the Strand dies first. The pool may die before the
// strand; then Post drops.
class Strand {
 public:
  explicit Strand(WorkerPool& pool);
  ~Strand();
  Strand(const Strand&) = delete;
  Strand& operator=(const Strand&) = delete;

  // Runs `closure` after all that was posted here before. False, and dropped, if
  // the pool has stopped.
  bool Post(Closure closure);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace liggare::work

#endif  // SERVICES_WORK_STRAND_H_
