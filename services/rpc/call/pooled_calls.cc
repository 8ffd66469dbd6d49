#include "services/rpc/call/pooled_calls.h"

#include <optional>
#include <string>

#include "proto/error/error.h"
#include "services/rpc/call/channel.h"
#include "services/rpc/call/status.h"
#include "services/rpc/tls/peer_name.h"

namespace liggare::rpc {
namespace {

grpc::Status Unavailable(const char* why) {
  return ToGrpcStatus(MakeError(v1::ERROR_CODE_UNAVAILABLE, {.message = why}));
}

}  // namespace

absl::Status CheckAnswerBytes(size_t bytes) {
  if (bytes <= static_cast<size_t>(kMessageBytesMax)) return absl::OkStatus();
  return MakeError(v1::ERROR_CODE_LIMIT_EXCEEDED,
                   {.message = "the answer has " + std::to_string(bytes) + " bytes",
                    .expected = "an answer of at most " + std::to_string(kMessageBytesMax)});
}

grpc::ServerUnaryReactor* PooledCalls::Run(grpc::CallbackServerContext* context, Work work) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  Call call = {.context = context, .reactor = reactor, .work = std::move(work)};
  {
    std::lock_guard lock(mutex_);
    if (running_ >= limits_.running_max) {
      if (!waiting_.Add(PeerName(*context->auth_context()), call)) {
        reactor->Finish(Unavailable("too many calls wait; try again later"));
      }
      return reactor;
    }
    ++running_;
  }
  Start(std::move(call));
  return reactor;
}

void PooledCalls::Start(Call call) {
  grpc::ServerUnaryReactor* reactor = call.reactor;
  const bool posted = pool_.Post([this, call = std::move(call)]() mutable {
    const absl::Status status =
        call.context->IsCancelled() ? absl::CancelledError("the caller has gone") : call.work();
    PassOn();  // Before Finish: after the last one nothing here may be touched.
    call.reactor->Finish(ToGrpcStatus(status));
  });
  if (posted) return;
  PassOn();
  reactor->Finish(Unavailable("the process is stopping"));
}

void PooledCalls::PassOn() {
  std::unique_lock lock(mutex_);
  std::optional<Call> next = waiting_.Take();
  if (!next) {
    --running_;
    return;
  }
  lock.unlock();
  Start(*std::move(next));
}

}  // namespace liggare::rpc
