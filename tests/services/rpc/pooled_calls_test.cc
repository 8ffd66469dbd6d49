#include "services/rpc/call/pooled_calls.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <latch>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>

#include "liggare/v1/query_service.grpc.pb.h"
#include "services/rpc/call/channel.h"
#include "services/rpc/tls/credentials.h"
#include "tests/testing/certificates.h"
#include "tests/testing/pending_calls.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::rpc {
namespace {

using ::liggare::testing::PendingCalls;
using ::liggare::testing::ScratchDirectory;
using ::liggare::testing::TestAuthority;
using ::testing::HasSubstr;

constexpr char kMethod[] = "/liggare.v1.QueryService/GetState";
constexpr size_t kRunningMax = 2;

// Its calls run until they are released.
class PooledService : public v1::QueryService::CallbackService {
 public:
  grpc::ServerUnaryReactor* GetState(grpc::CallbackServerContext* context,
                                     const v1::GetStateRequest*, v1::GetStateResponse*) override {
    return calls_.Run(context, [this] {
      running_.release();
      released_.wait();
      return absl::OkStatus();
    });
  }
  void AwaitRunning(size_t count) {
    for (size_t i = 0; i < count; ++i) running_.acquire();
  }
  void Release() {
    std::call_once(release_, [this] { released_.count_down(); });
  }

 private:
  std::counting_semaphore<> running_{0};
  std::latch released_{1};
  std::once_flag release_;
  work::WorkerPool pool_{kRunningMax};
  PooledCalls calls_{pool_, {.running_max = kRunningMax}};
};

class PooledCallsTest : public ::testing::Test {
 protected:
  PooledCallsTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", ServerCredentials(CredentialsOf("host/test")), &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    address_ = "127.0.0.1:" + std::to_string(port);
  }
  ~PooledCallsTest() override {
    service_.Release();
    callers_.clear();
    server_->Shutdown();
  }
  Credentials CredentialsOf(const std::string& path) {
    return *LoadCredentials(authority_.Issue("peer", "spiffe://po.example.se/" + path),
                            "po.example.se", 1'700'000'000);
  }
  PendingCalls& NewCaller() {
    const std::string path = "se/17/system/s" + std::to_string(callers_.size());
    return callers_.emplace_back(
        Dial(address_, ChannelCredentials(CredentialsOf(path),
                                          {.trust_domain = "po.example.se", .host = "test"})));
  }

  ScratchDirectory scratch_;
  TestAuthority authority_{scratch_.path()};
  PooledService service_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
  std::deque<PendingCalls> callers_;
};

TEST_F(PooledCallsTest, AsManyWaitAsMayAndTheNextIsTurnedAway) {
  PendingCalls& first = NewCaller();
  for (size_t i = 0; i < kRunningMax; ++i) first.Start(kMethod);
  service_.AwaitRunning(kRunningMax);
  // Who floods gets half of what is free.
  for (size_t free = kCallsWaitingMax; free > 0;) {
    const size_t share = std::max<size_t>(1, free / 2);
    PendingCalls& caller = NewCaller();
    for (size_t i = 0; i < free; ++i) caller.Start(kMethod);
    ASSERT_TRUE(caller.AwaitEnded(free - share)) << free;
    free -= share;
  }
  PendingCalls& late = NewCaller();
  late.Start(kMethod);
  ASSERT_TRUE(late.AwaitEnded(1));
  EXPECT_EQ(late.Ended().front().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(late.Ended().front().error_message(), HasSubstr("too many calls wait"));

  service_.Release();
  size_t answered = 0;
  for (PendingCalls& caller : callers_) {
    ASSERT_TRUE(caller.AwaitAllEnded());
    for (const grpc::Status& status : caller.Ended()) answered += status.ok() ? 1 : 0;
  }
  EXPECT_EQ(answered, kRunningMax + kCallsWaitingMax);
}

}  // namespace
}  // namespace liggare::rpc
