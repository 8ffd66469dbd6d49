// Unary calls whose work takes time: it runs on a pool, so that gRPC's own
// threads are free at once, and on few of the pool's threads at a time, so that
// whatever else uses the pool goes on.
#ifndef SERVICES_RPC_POOLED_CALLS_H_
#define SERVICES_RPC_POOLED_CALLS_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/rpc/strand.h"

namespace liggare::rpc {

// Thread-safe. Must outlive its calls: the server is stopped first.
class PooledCalls {
 public:
  struct Limits {
    size_t running_max = 2;
    size_t waiting_max = 1'024;
  };
  // OK when the response is filled in.
  using Work = absl::AnyInvocable<absl::Status()>;

  // `pool` must outlive this.
  PooledCalls(WorkerPool& pool, Limits limits) : pool_(pool), limits_(limits) {}

  // What the method returns to gRPC. Runs `work` when its turn comes, unless the
  // call is cancelled first, and finishes the call with its status; UNAVAILABLE
  // if too many calls wait or the pool has stopped. The request and the response
  // live until then.
  grpc::ServerUnaryReactor* Run(grpc::CallbackServerContext* context, Work work);

 private:
  struct Call {
    grpc::CallbackServerContext* context = nullptr;
    grpc::ServerUnaryReactor* reactor = nullptr;
    Work work;
  };

  // Runs it on the pool; it holds one of the running places.
  void Start(Call call);
  // Gives the place of a call that is done to the next that waits.
  void PassOn();

  WorkerPool& pool_;
  const Limits limits_;
  std::mutex mutex_;
  size_t running_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<Call> waiting_ ABSL_GUARDED_BY(mutex_);
};

// Moves an answer into the response.
template <typename Response>
absl::Status Deliver(absl::StatusOr<Response> answer, Response* response) {
  if (!answer.ok()) return answer.status();
  *response = *std::move(answer);
  return absl::OkStatus();
}

}  // namespace liggare::rpc

#endif  // SERVICES_RPC_POOLED_CALLS_H_
