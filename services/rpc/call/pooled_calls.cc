#include "services/rpc/call/pooled_calls.h"

#include <memory>
#include <optional>
#include <string>

#include "proto/error/error.h"
#include "services/rpc/call/channel.h"
#include "services/rpc/call/status.h"
#include "services/rpc/tls/peer_name.h"
#include "services/work/fair_share.h"

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

// How many bytes of answers wait for their callers. Thread-safe.
class PooledCalls::Unread {
 public:
  explicit Unread(size_t bytes_max) : share_(bytes_max) {}
  bool Take(const std::string& caller, size_t bytes) {
    std::lock_guard lock(mutex_);
    return share_.Take(caller, bytes);
  }
  void Give(const std::string& caller, size_t bytes) {
    std::lock_guard lock(mutex_);
    share_.Give(caller, bytes);
  }

 private:
  std::mutex mutex_;
  work::FairShare share_ ABSL_GUARDED_BY(mutex_);
};

// One call. gRPC says when its answer has left, or will never: only then is it done. It may
// be done after the service is gone.
class PooledCalls::Reactor : public grpc::ServerUnaryReactor {
 public:
  Reactor(std::shared_ptr<Unread> unread, std::string caller)
      : unread_(std::move(unread)), caller_(std::move(caller)) {}

  const std::string& caller() const { return caller_; }
  void Answer(const absl::Status& status, size_t bytes) {
    if (status.ok()) {
      if (!unread_->Take(caller_, bytes)) {
        return Finish(Unavailable("too many answers are not read; try again later"));
      }
      taken_ = bytes;
    }
    Finish(ToGrpcStatus(status));
  }
  void OnDone() override {
    if (taken_ > 0) unread_->Give(caller_, taken_);
    delete this;
  }

 private:
  const std::shared_ptr<Unread> unread_;
  const std::string caller_;
  size_t taken_ = 0;
};

PooledCalls::PooledCalls(work::WorkerPool& pool, Limits limits)
    : pool_(pool),
      limits_(limits),
      unread_(std::make_shared<Unread>(limits.unread_bytes_max)),
      waiting_(limits.waiting_max) {}

grpc::ServerUnaryReactor* PooledCalls::Run(grpc::CallbackServerContext* context,
                                           const google::protobuf::MessageLite* response,
                                           Work work) {
  auto* reactor = new Reactor(unread_, PeerName(*context->auth_context()));
  Call call = {
      .context = context, .response = response, .reactor = reactor, .work = std::move(work)};
  {
    std::lock_guard lock(mutex_);
    if (running_ >= limits_.running_max) {
      if (!waiting_.Add(reactor->caller(), call)) {
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
  Reactor* reactor = call.reactor;
  const bool posted = pool_.Post([this, call = std::move(call)]() mutable {
    const absl::Status status =
        call.context->IsCancelled() ? absl::CancelledError("the caller has gone") : call.work();
    PassOn();  // Before Answer: after the last one nothing here may be touched.
    call.reactor->Answer(status, call.response->ByteSizeLong());
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
