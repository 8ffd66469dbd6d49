// The streaming calls that are open: so many and no more, so that their buffers are
// bounded; and a stop can end each at a good place: what was taken is answered,
// nothing new is taken.
#ifndef SERVICES_GRPC_API_OPEN_STREAMS_H_
#define SERVICES_GRPC_API_OPEN_STREAMS_H_

#include <cstddef>
#include <map>
#include <mutex>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "services/work/fair_share.h"

namespace liggare::grpc_api {

// Of a process; of one caller, as many as are still free.
inline constexpr size_t kStreamsMax = 1'024;

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
  // A call that is added after DrainAll is drained at once. UNAVAILABLE, and not
  // added, if too many are open, or too many of `caller` (rpc::PeerName).
  absl::Status Add(Drainable& call, const std::string& caller);
  // Waits for a DrainAll in progress; the call may die afterwards. Does nothing for
  // one that was not added.
  void Remove(Drainable& call);
  void DrainAll();

 private:
  std::mutex mutex_;
  work::FairShare share_ ABSL_GUARDED_BY(mutex_){kStreamsMax};
  std::map<Drainable*, std::string> calls_ ABSL_GUARDED_BY(mutex_);  // With their callers.
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
};

// What a drained call ends with: UNAVAILABLE.
absl::Status StoppingError();

}  // namespace liggare::grpc_api

#endif  // SERVICES_GRPC_API_OPEN_STREAMS_H_
