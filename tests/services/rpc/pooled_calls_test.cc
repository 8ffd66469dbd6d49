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
#include "tests/testing/unread_calls.h"

namespace liggare::rpc {
namespace {

using ::liggare::testing::PendingCalls;
using ::liggare::testing::ScratchDirectory;
using ::liggare::testing::TestAuthority;
using ::liggare::testing::UnreadCalls;
using ::testing::HasSubstr;

constexpr char kMethod[] = "/liggare.v1.QueryService/GetState";
constexpr char kLongAnswer[] = "/liggare.v1.QueryService/GetHistory";
constexpr size_t kRunningMax = 2;
constexpr size_t kAnswerBytes = 1024 * 1024;
constexpr size_t kUnreadMax = 8 * kAnswerBytes + 4096;  // With what stands around them.

// Its calls run until they are released.
class PooledService : public v1::QueryService::CallbackService {
 public:
  grpc::ServerUnaryReactor* GetState(grpc::CallbackServerContext* context,
                                     const v1::GetStateRequest*,
                                     v1::GetStateResponse* response) override {
    return calls_.Run(context, response, [this] {
      running_.release();
      released_.wait();
      return absl::OkStatus();
    });
  }
  // Answers at once, with a megabyte.
  grpc::ServerUnaryReactor* GetHistory(grpc::CallbackServerContext* context,
                                       const v1::GetHistoryRequest*,
                                       v1::GetHistoryResponse* response) override {
    return calls_.Run(context, response, [this, response] {
      response->set_next_page(std::string(kAnswerBytes, 'a'));
      answered_.release();
      return absl::OkStatus();
    });
  }
  void AwaitAnswered(size_t count) {
    for (size_t i = 0; i < count; ++i) answered_.acquire();
  }
  void AwaitRunning(size_t count) {
    for (size_t i = 0; i < count; ++i) running_.acquire();
  }
  void Release() {
    std::call_once(release_, [this] { released_.count_down(); });
  }

 private:
  std::counting_semaphore<> running_{0};
  std::counting_semaphore<> answered_{0};
  std::latch released_{1};
  std::once_flag release_;
  work::WorkerPool pool_{kRunningMax};
  PooledCalls calls_{pool_, {.running_max = kRunningMax, .unread_bytes_max = kUnreadMax}};
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
  std::shared_ptr<grpc::ChannelCredentials> CredentialsAs(const std::string& path) {
    return ChannelCredentials(CredentialsOf(path),
                              {.trust_domain = "po.example.se", .host = "test"});
  }
  std::shared_ptr<grpc::Channel> DialAs(const std::string& path) {
    return Dial(address_, CredentialsAs(path));
  }
  PendingCalls& NewCaller() {
    return callers_.emplace_back(DialAs("se/17/system/s" + std::to_string(callers_.size())));
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

// How the call of a caller that reads its answers ends.
grpc::Status Asked(const std::shared_ptr<grpc::Channel>& channel) {
  PendingCalls calls(channel);
  calls.Start(kLongAnswer);
  return calls.AwaitAllEnded() ? calls.Ended().front() : grpc::Status::CANCELLED;
}

TEST_F(PooledCallsTest, WhoReadsNoAnswersGetsNoMoreOfThemAndOthersDo) {
  // Half of what there is, and two that are under way.
  constexpr int kUnread = 8;
  const std::shared_ptr<grpc::Channel> channel = DialAs("se/17/system/hostile");
  const std::shared_ptr<grpc::Channel> others = DialAs("se/17/system/other");
  {
    UnreadCalls unread(address_, CredentialsAs("se/17/system/hostile"));
    for (int i = 0; i < kUnread; ++i) unread.Start(kLongAnswer, "");
    service_.AwaitAnswered(kUnread);
    grpc::Status refused;
    for (int tries = 0; refused.ok() && tries < 100; ++tries) refused = Asked(channel);
    EXPECT_EQ(refused.error_code(), grpc::StatusCode::UNAVAILABLE);
    EXPECT_THAT(refused.error_message(), HasSubstr("too many answers are not read"));
    EXPECT_TRUE(Asked(others).ok());
  }
  // It has gone: its share is free.
  grpc::Status given = grpc::Status::CANCELLED;
  for (int tries = 0; !given.ok() && tries < 100; ++tries) given = Asked(channel);
  EXPECT_TRUE(given.ok()) << given.error_message();
}

}  // namespace
}  // namespace liggare::rpc
