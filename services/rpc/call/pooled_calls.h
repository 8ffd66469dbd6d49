// Unary calls whose work takes time: it runs on a pool, so that gRPC's own
// threads are free at once, and on few of the pool's threads at a time, so that
// whatever else uses the pool goes on. Those that wait take turns by caller. What callers do
// not take from the wire lies in memory, of each no more than its share.
#ifndef SERVICES_RPC_CALL_POOLED_CALLS_H_
#define SERVICES_RPC_CALL_POOLED_CALLS_H_

#include <google/protobuf/message_lite.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/work/fair_queue.h"
#include "services/work/strand.h"

namespace liggare::rpc {

// Calls that wait for a thread; of one caller, as many as are still free.
inline constexpr size_t kCallsWaitingMax = 1'024;

// Answers that have been given and not been taken by their callers, of one service.
inline constexpr size_t kUnreadBytesMax = 64 * 1024 * 1024;

// Thread-safe. Must outlive its calls: the server is stopped first.
class PooledCalls {
 public:
  struct Limits {
    size_t running_max = 2;
    size_t waiting_max = kCallsWaitingMax;
    size_t unread_bytes_max = kUnreadBytesMax;
  };
  // OK when the response is filled in.
  using Work = absl::AnyInvocable<absl::Status()>;

  // `pool` must outlive this.
  PooledCalls(work::WorkerPool& pool, Limits limits);

  // What the method returns to gRPC. Runs `work` when its turn comes, unless the
  // call is cancelled first, and finishes the call with its status; UNAVAILABLE
  // if too many calls wait, or too many of this caller, or the pool has stopped, or too
  // many answers are not read, or too many by this caller. The request and the response, which
  // `work` fills in, live until then.
  grpc::ServerUnaryReactor* Run(grpc::CallbackServerContext* context,
                                const google::protobuf::MessageLite* response, Work work);

 private:
  class Unread;
  class Reactor;
  struct Call {
    grpc::CallbackServerContext* context = nullptr;
    const google::protobuf::MessageLite* response = nullptr;
    Reactor* reactor = nullptr;
    Work work;
  };

  // Runs it on the pool; it holds one of the running places.
  void Start(Call call);
  // Gives the place of a call that is done to the next that waits.
  void PassOn();

  work::WorkerPool& pool_;
  const Limits limits_;
  const std::shared_ptr<Unread> unread_;
  std::mutex mutex_;
  size_t running_ ABSL_GUARDED_BY(mutex_) = 0;
  work::FairQueue<Call> waiting_ ABSL_GUARDED_BY(mutex_);
};

// OK, or LIMIT_EXCEEDED: an answer of so many bytes fits into no message.
absl::Status CheckAnswerBytes(size_t bytes);

// Moves an answer into the response.
template <typename Response>
absl::Status Deliver(absl::StatusOr<Response> answer, Response* response) {
  if (!answer.ok()) return answer.status();
  if (absl::Status status = CheckAnswerBytes(answer->ByteSizeLong()); !status.ok()) return status;
  *response = *std::move(answer);
  return absl::OkStatus();
}

}  // namespace liggare::rpc

#endif  // SERVICES_RPC_CALL_POOLED_CALLS_H_
