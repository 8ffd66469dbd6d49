#include "services/query/pooled_calls.h"

#include "proto/error/error.h"
#include "services/rpc/status.h"

namespace liggare::query {
namespace {

absl::Status Unavailable(const char* why) {
  return MakeError(v1::ERROR_CODE_UNAVAILABLE, {.message = why});
}

}  // namespace

grpc::ServerUnaryReactor* PooledCalls::Run(grpc::CallbackServerContext* context, Work work) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  if (under_way_.fetch_add(1) >= kPooledCallsMax) {
    under_way_.fetch_sub(1);
    reactor->Finish(rpc::ToGrpcStatus(Unavailable("too many calls are under way; try again")));
    return reactor;
  }
  const bool posted = pool_.Post([this, context, reactor, work = std::move(work)]() mutable {
    const absl::Status status =
        context->IsCancelled() ? absl::CancelledError("the caller has gone") : work();
    under_way_.fetch_sub(1);  // After Finish nothing here may be touched.
    reactor->Finish(rpc::ToGrpcStatus(status));
  });
  if (!posted) {
    under_way_.fetch_sub(1);
    reactor->Finish(rpc::ToGrpcStatus(Unavailable("the process is stopping")));
  }
  return reactor;
}

}  // namespace liggare::query
