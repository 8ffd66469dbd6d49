#include "services/node/listener_watch.h"

#include <arpa/inet.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <thread>

#include "services/rpc/tls/credentials.h"
#include "tests/testing/certificates.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::node {
namespace {

constexpr int64_t kPatienceMs = 60'000;
constexpr int64_t kShortMs = 200;

// A socket that listens, and whose connections wait until they are taken.
class Listening {
 public:
  Listening() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in any = {};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(any);
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&any), size), 0);
    EXPECT_EQ(listen(socket_, 8), 0);
    getsockname(socket_, reinterpret_cast<sockaddr*>(&any), &size);
    address_ = "127.0.0.1:" + std::to_string(ntohs(any.sin_port));
  }
  ~Listening() { close(socket_); }
  Listening(const Listening&) = delete;

  const std::string& address() const { return address_; }
  int Take() const { return accept(socket_, nullptr, nullptr); }

 private:
  const int socket_;
  std::string address_;
};

// Whether a client is answered by somebody who does `act` with its connection.
bool IsAnswered(const std::function<void(int)>& act) {
  const Listening listening;
  std::thread server([&] {
    const int taken = listening.Take();
    act(taken);
    close(taken);
  });
  const bool answered = AnswersHandshake(listening.address(), kPatienceMs);
  server.join();
  return answered;
}

TEST(AnswersHandshakeTest, AnyAnswerIsOne) {
  EXPECT_TRUE(IsAnswered([](int taken) {
    constexpr char kAlert[] = {21, 3, 3, 0, 2, 2, 40};
    EXPECT_EQ(write(taken, kAlert, sizeof(kAlert)), ssize_t{sizeof(kAlert)});
  }));
  EXPECT_TRUE(IsAnswered([](int) {})) << "turned away at once";
}

TEST(AnswersHandshakeTest, WhoeverTakesNothingDoesNotAnswer) {
  std::string gone;
  {
    const Listening listening;
    gone = listening.address();
    EXPECT_FALSE(AnswersHandshake(listening.address(), kShortMs)) << "the system alone took it";
  }
  EXPECT_FALSE(AnswersHandshake(gone, kShortMs));
  EXPECT_FALSE(AnswersHandshake("no.such.name.invalid:1", kShortMs));
}

// A server with a certificate of this process, which a client could not use.
TEST(AnswersHandshakeTest, WhatIsWrongWithACertificateDoesNotMatter) {
  testing::ScratchDirectory scratch;
  testing::TestAuthority authority(scratch.path());
  const std::string uri = "spiffe://po.example.se/host/h";
  constexpr int64_t kThenS = 1'700'000'000;
  for (const testing::CertificateSpec& spec :
       {testing::CertificateSpec{.uris = {uri}, .usages = "serverAuth"},
        testing::CertificateSpec{.uris = {uri}, .not_after_s = kThenS + 1}}) {
    const auto own = rpc::LoadCredentials(authority.Issue("host", spec), "po.example.se", kThenS);
    ASSERT_TRUE(own.ok()) << own.status();
    grpc::CallbackGenericService service;
    grpc::ServerBuilder builder;
    builder.RegisterCallbackGenericService(&service);
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", rpc::ServerCredentials(*own), &port);
    const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
    EXPECT_TRUE(AnswersHandshake("127.0.0.1:" + std::to_string(port), kPatienceMs));
    server->Shutdown();
  }
}

TEST(ListenerWatchTest, ServerThatListensNoMoreIsDeaf) {
  grpc::CallbackGenericService service;
  grpc::ServerBuilder builder;
  builder.RegisterCallbackGenericService(&service);
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  std::atomic<int> attempts = 0;
  std::promise<void> connected;
  std::promise<int> deaf;
  std::promise<void> stopped;
  ListenerWatch watch({.interval_ms = 1,
                       .answer_max_ms = kPatienceMs,
                       .failures_max = 2,
                       .address =
                           [&, port] {
                             // The server is stopped after one good attempt.
                             if (++attempts == 2) {
                               connected.set_value();
                               stopped.get_future().wait();
                             }
                             return "127.0.0.1:" + std::to_string(port);
                           },
                       .on_deaf = [&] { deaf.set_value(attempts); }});
  connected.get_future().wait();
  server->Shutdown();
  server.reset();
  stopped.set_value();
  EXPECT_EQ(deaf.get_future().get(), 3);
}

}  // namespace
}  // namespace liggare::node
