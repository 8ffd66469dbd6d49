// The streaming calls that are open, so that a stop can end each at a good
// place: what was taken is answered, nothing new is taken.
#ifndef SERVICES_INGEST_OPEN_STREAMS_H_
#define SERVICES_INGEST_OPEN_STREAMS_H_

#include <mutex>
#include <set>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"

namespace liggare::ingest {

// A call that can be asked to end.
class Drainable {
 public:
  virtual ~Drainable() = default;
  // Ends the call as soon as nothing is under way. May be called more than once;
  // must not call Add or Remove on this thread.
  virtual void Drain() = 0;
};

// Thread-safe.
class OpenStreams {
 public:
  // A call that is added after DrainAll is drained at once.
  void Add(Drainable& call);
  // Waits for a DrainAll in progress; the call may die afterwards.
  void Remove(Drainable& call);
  void DrainAll();

 private:
  std::mutex mutex_;
  std::set<Drainable*> calls_ ABSL_GUARDED_BY(mutex_);
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
};

// What a drained call ends with: UNAVAILABLE.
absl::Status StoppingError();

}  // namespace liggare::ingest

#endif  // SERVICES_INGEST_OPEN_STREAMS_H_
