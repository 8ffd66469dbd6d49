// The limits that gRPC keeps for a server, as SetServerLimits asks it to.
#include <gmock/gmock.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "services/rpc/call/channel.h"
#include "tests/testing/pending_calls.h"

namespace liggare::rpc {
namespace {

using ::liggare::testing::PendingCalls;
using ::testing::HasSubstr;

constexpr char kHold[] = "/test/Hold";      // Answered when it is released.
constexpr char kAnswer[] = "/test/Answer";  // Answered at once.
constexpr size_t kMiB = 1024 * 1024;
constexpr size_t kMemoryBytesMax = 16 * kMiB;
constexpr auto kPatience = std::chrono::seconds(20);

// Keeps the messages of the calls of kHold, as gRPC has them, until they are released.
class HoldingService : public grpc::CallbackGenericService {
 public:
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    return new Call(*this, context->method() == kHold);
  }

  bool AwaitHeld(size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return held_.size() == count; });
  }
  // Of their messages.
  bool AwaitHeldBytesAtMost(size_t bytes) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return held_bytes_ <= bytes; });
  }
  // Answers them, and from now on all others at once.
  void Release() {
    std::lock_guard lock(mutex_);
    released_ = true;
    while (!held_.empty()) held_.front()->End(grpc::Status::OK);
  }

 private:
  class Call : public grpc::ServerGenericBidiReactor {
   public:
    Call(HoldingService& service, bool hold) : service_(service), hold_(hold) {
      StartRead(&message_);
    }
    void OnReadDone(bool ok) override {
      if (!ok || !hold_) return Finish(grpc::Status::OK);
      std::lock_guard lock(service_.mutex_);
      if (gone_ || service_.released_) return Finish(grpc::Status::OK);
      service_.held_.push_back(this);
      service_.held_bytes_ += message_.Length();
      service_.changed_.notify_all();
    }
    void OnCancel() override {
      std::lock_guard lock(service_.mutex_);
      gone_ = true;
      End(grpc::Status::CANCELLED);
    }
    void OnDone() override { delete this; }
    // If it is held. The service is locked.
    void End(const grpc::Status& status) {
      if (std::erase(service_.held_, this) == 0) return;
      service_.held_bytes_ -= message_.Length();
      service_.changed_.notify_all();
      message_.Clear();
      Finish(status);
    }

   private:
    HoldingService& service_;
    const bool hold_;
    bool gone_ = false;
    grpc::ByteBuffer message_;
  };

  std::mutex mutex_;
  std::condition_variable changed_;
  bool released_ = false;
  std::deque<Call*> held_;
  size_t held_bytes_ = 0;
};

class ServerLimitsTest : public ::testing::Test {
 protected:
  void StartServer(size_t memory_bytes_max) {
    grpc::ServerBuilder builder;
    SetServerLimits(builder, memory_bytes_max);
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterCallbackGenericService(&service_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
    address_ = "127.0.0.1:" + std::to_string(port);
  }
  void TearDown() override {
    service_.Release();
    server_->Shutdown(std::chrono::system_clock::now());
  }

  std::shared_ptr<grpc::Channel> Connect() const {
    return Dial(address_, grpc::InsecureChannelCredentials());
  }

  HoldingService service_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

TEST_F(ServerLimitsTest, OneCallMoreThanAConnectionMayHaveWaitsUntilAnotherHasEnded) {
  StartServer(64 * kMemoryBytesMax);
  PendingCalls caller(Connect());
  PendingCalls other(Connect());
  ASSERT_TRUE(caller.IsAnswered(kAnswer));  // It has been told the limit.
  for (int i = 0; i < kConcurrentStreamsMax - 1; ++i) caller.Start(kHold);
  ASSERT_TRUE(service_.AwaitHeld(kConcurrentStreamsMax - 1));
  EXPECT_TRUE(caller.IsAnswered(kAnswer));
  caller.Start(kHold);
  ASSERT_TRUE(service_.AwaitHeld(kConcurrentStreamsMax));

  const size_t ended = caller.Ended().size();
  caller.Start(kAnswer);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(other.IsAnswered(kAnswer));
  EXPECT_EQ(caller.Ended().size(), ended);
  service_.Release();
  EXPECT_TRUE(caller.AwaitEnded(ended + kConcurrentStreamsMax + 1));
  for (const grpc::Status& status : caller.Ended()) EXPECT_TRUE(status.ok());
}

TEST_F(ServerLimitsTest, MessagesThatFitIntoTheMemoryAreHeld) {
  constexpr size_t kCalls = kMemoryBytesMax / 2 / kMiB;  // Beside them there is what is read next.
  StartServer(kMemoryBytesMax);
  PendingCalls caller(Connect());
  for (size_t i = 0; i < kCalls; ++i) caller.Start(kHold, kMiB);
  ASSERT_TRUE(service_.AwaitHeld(kCalls));
  EXPECT_TRUE(PendingCalls(Connect()).IsAnswered(kAnswer));
  EXPECT_EQ(caller.Ended().size(), 0u);
  service_.Release();
  ASSERT_TRUE(caller.AwaitEnded(kCalls));
  for (const grpc::Status& status : caller.Ended()) EXPECT_TRUE(status.ok());
}

TEST_F(ServerLimitsTest, MessagesThatDoNotFitEndCallsAndTheServerGoesOn) {
  constexpr size_t kCalls = 4 * kMemoryBytesMax / kMiB;
  constexpr size_t kHeldMax = kMemoryBytesMax / kMiB;
  StartServer(kMemoryBytesMax);
  PendingCalls caller(Connect());
  caller.Start(kHold);  // gRPC ends connections without calls as well; this is none.
  ASSERT_TRUE(service_.AwaitHeld(1));
  for (size_t i = 0; i < kCalls; ++i) caller.Start(kHold, kMiB);
  ASSERT_TRUE(caller.AwaitEnded(kCalls - kHeldMax));
  EXPECT_TRUE(service_.AwaitHeldBytesAtMost(kMemoryBytesMax));
  service_.Release();
  ASSERT_TRUE(caller.AwaitEnded(kCalls + 1));
  size_t answered = 0;
  size_t reset = 0;
  for (const grpc::Status& status : caller.Ended()) {
    if (status.ok()) ++answered;
    if (status.error_code() != grpc::StatusCode::RESOURCE_EXHAUSTED) continue;
    ++reset;
    // By this a client tells it from a message that is too large (clients/cpp/call_status.cc).
    EXPECT_THAT(status.error_message(), HasSubstr("RST_STREAM"));
  }
  EXPECT_LE(answered, kHeldMax + 1);
  EXPECT_GT(reset, 0u);
  EXPECT_TRUE(caller.IsAnswered(kAnswer));
}

}  // namespace
}  // namespace liggare::rpc
