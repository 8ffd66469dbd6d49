#include "tests/testing/pending_calls.h"

#include <chrono>
#include <utility>

namespace liggare::testing {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);

}  // namespace

PendingCalls::~PendingCalls() {
  for (Call& call : calls_) call.context.TryCancel();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return ended_.size() == calls_.size(); });
}

void PendingCalls::Start(const std::string& method, size_t message_bytes) {
  Start(calls_.emplace_back(), method, message_bytes);
}

void PendingCalls::Start(Call& call, const std::string& method, size_t message_bytes) {
  const grpc::Slice message(std::string(message_bytes, 'x'));
  call.request = grpc::ByteBuffer(&message, 1);
  stub_.UnaryCall(&call.context, method, grpc::StubOptions(), &call.request, &call.response,
                  [this](grpc::Status status) {
                    std::lock_guard lock(mutex_);
                    ended_.push_back(std::move(status));
                    changed_.notify_all();
                  });
}

bool PendingCalls::IsAnswered(const std::string& method) {
  const size_t before = Ended().size();
  Call& call = calls_.emplace_back();
  call.context.set_wait_for_ready(true);
  Start(call, method, 0);
  return AwaitEnded(before + 1) && Ended().back().ok();
}

bool PendingCalls::AwaitEnded(size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return ended_.size() >= count; });
}

std::vector<grpc::Status> PendingCalls::Ended() {
  std::lock_guard lock(mutex_);
  return ended_;
}

}  // namespace liggare::testing
