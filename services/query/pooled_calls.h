// Unary calls whose work takes time: it runs on a pool, so that gRPC's own
// threads are free at once.
#ifndef SERVICES_QUERY_POOLED_CALLS_H_
#define SERVICES_QUERY_POOLED_CALLS_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <cstddef>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/rpc/strand.h"

namespace liggare::query {

inline constexpr size_t kPooledCallsMax = 1'024;  // Waiting and running, per service.

// Thread-safe. Must outlive its calls: the server is stopped first.
class PooledCalls {
 public:
  // OK when the response is filled in.
  using Work = absl::AnyInvocable<absl::Status()>;

  // `pool` must outlive this.
  explicit PooledCalls(rpc::WorkerPool& pool) : pool_(pool) {}

  // What the method returns to gRPC. Runs `work` on the pool, unless the call is
  // cancelled first, and finishes the call with its status; UNAVAILABLE if too
  // many calls are under way or the pool has stopped. The request and the
  // response live until then.
  grpc::ServerUnaryReactor* Run(grpc::CallbackServerContext* context, Work work);

 private:
  rpc::WorkerPool& pool_;
  std::atomic<size_t> under_way_ = 0;
};

// Moves an answer into the response.
template <typename Response>
absl::Status Deliver(absl::StatusOr<Response> answer, Response* response) {
  if (!answer.ok()) return answer.status();
  *response = *std::move(answer);
  return absl::OkStatus();
}

}  // namespace liggare::query

#endif  // SERVICES_QUERY_POOLED_CALLS_H_
