#include "services/ingest/open_streams.h"

#include "proto/error/error.h"

namespace liggare::ingest {

void OpenStreams::Add(Drainable& call) {
  std::lock_guard lock(mutex_);
  calls_.insert(&call);
  if (draining_) call.Drain();
}

void OpenStreams::Remove(Drainable& call) {
  std::lock_guard lock(mutex_);
  calls_.erase(&call);
}

void OpenStreams::DrainAll() {
  std::lock_guard lock(mutex_);
  draining_ = true;
  for (Drainable* call : calls_) call->Drain();
}

absl::Status StoppingError() {
  return MakeError(v1::ERROR_CODE_UNAVAILABLE,
                   {.message = "the process is stopping", .field = "", .expected = "try again"});
}

}  // namespace liggare::ingest
