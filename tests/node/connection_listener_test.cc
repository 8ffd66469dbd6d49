#include "services/node/connection_listener.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>

#include "proto/error/error.h"

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

// While it lives, this process gets no further descriptor.
class NoDescriptors {
 public:
  NoDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const int lowest_free = dup(STDERR_FILENO);
    close(lowest_free);
    const rlimit none = {static_cast<rlim_t>(lowest_free), before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_ = {};
};

TEST(ConnectionListenerTest, WithoutADescriptorConnectionsAreTurnedAwayAndLaterOnesTaken) {
  auto listener = ConnectionListener::Open(Listen("127.0.0.1:0"));
  ASSERT_TRUE(listener.ok()) << listener.status();
  std::promise<int> taken;
  (*listener)->Start([&taken](int descriptor) { taken.set_value(descriptor); });
  const int early = socket(AF_INET, SOCK_STREAM, 0);
  const int late = socket(AF_INET, SOCK_STREAM, 0);
  char c = 0;
  {
    const NoDescriptors none;
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
  (*listener)->Start([&taken](int descriptor) { taken.set_value(descriptor); });
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

}  // namespace
}  // namespace liggare::node
