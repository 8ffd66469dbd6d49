#include "services/node/connection_listener.h"

#include <arpa/inet.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "proto/error/error.h"
#include "services/node/listener_watch.h"
#include "services/rpc/call/channel.h"
#include "services/rpc/guard/tls_guard.h"
#include "services/rpc/tls/credentials.h"
#include "tests/testing/certificates.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::node {
namespace {

Setting Listen(const std::string& address) {
  return {.value = address, .file = "liggared.toml", .line = 3, .key = "listen"};
}

bool Connect(int socket, int port) {
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return connect(socket, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0;
}

// To where gRPC would connect by this address, "unix-abstract:<name>".
bool ConnectOwn(int socket, const std::string& address) {
  const std::string name = address.substr(address.find(':') + 1);
  sockaddr_un to = {};
  to.sun_family = AF_UNIX;
  std::copy(name.begin(), name.end(), to.sun_path + 1);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  return connect(socket, reinterpret_cast<sockaddr*>(&to), size) == 0;
}

// Whether the other side ends it soon.
bool Ends(int socket) {
  pollfd waited = {socket, POLLIN, 0};
  char c = 0;
  return poll(&waited, 1, 20'000) == 1 && read(socket, &c, 1) <= 0;
}

// While it lives, this process gets no more than so many further descriptors.
class FewDescriptors {
 public:
  explicit FewDescriptors(int count) {
    getrlimit(RLIMIT_NOFILE, &before_);
    const int lowest_free = dup(STDERR_FILENO);
    close(lowest_free);
    const rlimit few = {static_cast<rlim_t>(lowest_free + count), before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_ = {};
};

TEST(ConnectionListenerTest, WithoutADescriptorConnectionsAreTurnedAwayAndLaterOnesTaken) {
  auto listener = ConnectionListener::Open(Listen("127.0.0.1:0"));
  ASSERT_TRUE(listener.ok()) << listener.status();
  std::promise<int> taken;
  (*listener)->Start([&taken](int descriptor, auto) { taken.set_value(descriptor); });
  const int early = socket(AF_INET, SOCK_STREAM, 0);
  const int late = socket(AF_INET, SOCK_STREAM, 0);
  char c = 0;
  {
    const FewDescriptors none(0);
    ASSERT_TRUE(Connect(early, (*listener)->port()));
    EXPECT_EQ(read(early, &c, 1), 0);  // It is ended.
    EXPECT_GE((*listener)->refused_count(), 1u);
  }
  ASSERT_TRUE(Connect(late, (*listener)->port()));
  close(taken.get_future().get());
  EXPECT_EQ(read(late, &c, 1), 0);
  close(early);
  close(late);
}

TEST(ConnectionListenerTest, ConnectionsWaitUntilItStartsAndEndWithIt) {
  auto listener = ConnectionListener::Open(Listen("127.0.0.1:0"));
  ASSERT_TRUE(listener.ok()) << listener.status();
  const int first = socket(AF_INET, SOCK_STREAM, 0);
  const int second = socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_TRUE(Connect(first, (*listener)->port()));
  std::promise<int> taken;
  (*listener)->Start([&taken](int descriptor, auto) { taken.set_value(descriptor); });
  close(taken.get_future().get());
  const int port = (*listener)->port();
  (*listener)->Stop();
  EXPECT_FALSE(Connect(second, port));
  close(first);
  close(second);
}

TEST(ConnectionListenerTest, AddressThatIsTakenOrUnknownIsToldAtItsSetting) {
  auto listener = ConnectionListener::Open(Listen("127.0.0.1:0"));
  ASSERT_TRUE(listener.ok()) << listener.status();
  const std::string taken = "127.0.0.1:" + std::to_string((*listener)->port());
  for (const std::string& address : {taken, std::string("no-such-host.invalid:7443")}) {
    const auto refused = ConnectionListener::Open(Listen(address));
    ASSERT_FALSE(refused.ok()) << address;
    EXPECT_EQ(ErrorOf(refused.status()).code(), v1::ERROR_CODE_CONFIGURATION);
    EXPECT_EQ(ErrorOf(refused.status()).field(), "listen");
  }
}

// What a listener has taken, and its places.
struct Taken {
  int descriptor = -1;
  std::unique_ptr<rpc::ConnectionPlace> place;
};

TEST(ConnectionListenerTest, ItsOwnProcessConnectsHoweverManyOthersHaveAndNobodyElseThatWay) {
  auto listener = ConnectionListener::Open(Listen("127.0.0.1:0"));
  ASSERT_TRUE(listener.ok()) << listener.status();
  std::vector<Taken> taken;  // Of the listener's thread.
  std::atomic<size_t> taken_count = 0;
  {
    const FewDescriptors few(40);
    (*listener)->Start(
        [&taken, &taken_count](int descriptor, std::unique_ptr<rpc::ConnectionPlace> place) {
          taken.push_back({descriptor, std::move(place)});
          ++taken_count;
        });
  }
  std::vector<int> flood;
  while ((*listener)->refused_count() == 0 && flood.size() < 100) {
    flood.push_back(socket(AF_INET, SOCK_STREAM, 0));
    ASSERT_TRUE(Connect(flood.back(), (*listener)->port()));
    // One after the other: those that wait take descriptors from those to be accepted.
    while (taken_count + (*listener)->refused_count() < flood.size()) std::this_thread::yield();
  }
  const int refused = socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_TRUE(Connect(refused, (*listener)->port()));
  EXPECT_TRUE(Ends(refused));

  const int own = socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_TRUE(ConnectOwn(own, (*listener)->own_address()));
  const pid_t other = fork();
  if (other == 0) {
    const int foreign = socket(AF_UNIX, SOCK_STREAM, 0);
    const bool ended = ConnectOwn(foreign, (*listener)->own_address()) && Ends(foreign);
    _exit(ended ? 0 : 1);
  }
  int status = -1;
  waitpid(other, &status, 0);
  EXPECT_EQ(status, 0);  // By then its own was taken, for it came first.
  (*listener)->Stop();
  const size_t count = taken.size();
  ASSERT_GE(count, 2u) << flood.size() << " came before one was refused";
  EXPECT_LE(count, 12u);  // A half of a half, and its own.
  ASSERT_EQ(write(taken.back().descriptor, "x", 1), 1);
  char c = 0;
  EXPECT_EQ(read(own, &c, 1), 1);
  for (const Taken& one : taken) close(one.descriptor);
  for (const int one : flood) close(one);
  close(refused);
  close(own);
}

TEST(ConnectionListenerTest, ServerTakesWhatComesTheWayOfItsOwnProcess) {
  const testing::ScratchDirectory scratch;
  testing::TestAuthority authority(scratch.path());
  const rpc::Credentials host = *rpc::LoadCredentials(
      authority.Issue("host", "spiffe://po.example.se/host/h"), "po.example.se", 1'700'000'000);
  auto listener = ConnectionListener::Open(Listen("127.0.0.1:0"));
  ASSERT_TRUE(listener.ok()) << listener.status();
  grpc::ServerBuilder builder;
  const auto acceptor = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      rpc::ServerCredentials(host));
  grpc::CallbackGenericService service;
  builder.RegisterCallbackGenericService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  (*listener)->Start([&](int descriptor, std::unique_ptr<rpc::ConnectionPlace> place) {
    const rpc::TakenConnection taken(std::move(place));
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
    connection.fd = descriptor;
    acceptor->HandleNewConnection(&connection);
  });
  const auto channel =
      rpc::Dial((*listener)->own_address(),
                rpc::ChannelCredentials(host, {.trust_domain = "po.example.se", .host = "h"}));
  EXPECT_TRUE(
      channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(20)));
  EXPECT_TRUE(AnswersHandshake((*listener)->own_address(), 20'000));
  (*listener)->Stop();
  EXPECT_FALSE(AnswersHandshake((*listener)->own_address(), 20'000));
  server->Shutdown();
}

sockaddr_storage Address(const char* text) {
  sockaddr_storage address = {};
  auto& four = reinterpret_cast<sockaddr_in&>(address);
  auto& six = reinterpret_cast<sockaddr_in6&>(address);
  if (inet_pton(AF_INET, text, &four.sin_addr) == 1) {
    address.ss_family = AF_INET;
  } else if (inet_pton(AF_INET6, text, &six.sin6_addr) == 1) {
    address.ss_family = AF_INET6;
  }
  return address;
}

TEST(AddressShareTest, OneWhoHasANetworkOfSixHasNoMoreThanOneWithAnAddress) {
  EXPECT_EQ(AddressShare(Address("10.1.2.3")), "10.1.2.3");
  EXPECT_EQ(AddressShare(Address("::ffff:10.1.2.3")), "10.1.2.3");
  EXPECT_EQ(AddressShare(Address("2001:db8:1:2:3:4:5:6")), "2001:db8:1:2::");
  EXPECT_EQ(AddressShare(Address("2001:db8:1:2:ffff::")), "2001:db8:1:2::");
  EXPECT_NE(AddressShare(Address("2001:db8:1:3::")), "2001:db8:1:2::");
}

}  // namespace
}  // namespace liggare::node
