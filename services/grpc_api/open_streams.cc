#include "services/grpc_api/open_streams.h"

#include "proto/error/error.h"

namespace liggare::grpc_api {

absl::Status OpenStreams::Add(Drainable& call, const std::string& caller) {
  std::lock_guard lock(mutex_);
  if (!share_.Take(caller)) {
    return MakeError(v1::ERROR_CODE_UNAVAILABLE,
                     {.message = "too many streams are open",
                      .field = "",
                      .expected = "at most " + std::to_string(kStreamsMax) +
                                  " at a time, and of one caller as many as are still free"});
  }
  calls_.emplace(&call, caller);
  if (draining_) call.Drain();
  return absl::OkStatus();
}

void OpenStreams::Remove(Drainable& call) {
  std::lock_guard lock(mutex_);
  const auto found = calls_.find(&call);
  if (found == calls_.end()) return;
  share_.Give(found->second);
  calls_.erase(found);
}

void OpenStreams::DrainAll() {
  std::lock_guard lock(mutex_);
  draining_ = true;
  for (const auto& [call, caller] : calls_) call->Drain();
}

absl::Status StoppingError() {
  return MakeError(v1::ERROR_CODE_UNAVAILABLE,
                   {.message = "the process is stopping", .field = "", .expected = "try again"});
}

}  // namespace liggare::grpc_api
