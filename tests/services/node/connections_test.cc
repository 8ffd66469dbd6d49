// A real liggared that gets more connections than it has descriptors for.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "liggare/v1/event_service.grpc.pb.h"
#include "services/node/connection_listener.h"
#include "services/rpc/call/channel.h"
#include "services/rpc/tls/credentials.h"
#include "tests/testing/cluster.h"
#include "tests/testing/liggared_process.h"
#include "tests/testing/sample_events.h"

namespace liggare::testing {
namespace {

using ::testing::HasSubstr;

constexpr size_t kDescriptors = 256;
constexpr int kFlood = 400;

TEST(ConnectionDescriptorEndTest, HalfOfWhatIsFreeIsForConnectionsUpToTheLimit) {
  EXPECT_EQ(node::ConnectionDescriptorEnd(56, 256), 156);
  EXPECT_EQ(node::ConnectionDescriptorEnd(300, 256), 300);
  EXPECT_EQ(node::ConnectionDescriptorEnd(100, 100 + 2 * node::kConnectionsMax),
            100 + node::kConnectionsMax);
  EXPECT_EQ(node::ConnectionDescriptorEnd(100, 1'000'000), 100 + node::kConnectionsMax);
}

// A connection that says nothing.
class MuteConnection {
 public:
  explicit MuteConnection(const std::string& address) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    const size_t colon = address.rfind(':');
    sockaddr_in to = {};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(colon + 1))));
    inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
    connected_ = connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0;
  }
  ~MuteConnection() { close(socket_); }
  MuteConnection(const MuteConnection&) = delete;

  bool connected() const { return connected_; }
  // Whether the server ends it within that time.
  bool Ends(int timeout_ms) const {
    pollfd waited = {socket_, POLLIN, 0};
    char c = 0;
    return poll(&waited, 1, timeout_ms) == 1 && read(socket_, &c, 1) <= 0;
  }

 private:
  const int socket_;
  bool connected_ = false;
};

class ConnectionsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    cluster_.SetAddress("county", "127.0.0.1:1");  // Nobody.
    process_ = std::make_unique<LiggaredProcess>(
        cluster_.scratch(),
        std::vector<std::string>{
            "--config",
            cluster_.scratch().Write("liggared.toml", cluster_.config_text("verksamhet"))},
        kDescriptors);
    address_ = process_->AwaitAddress();
    ASSERT_NE(address_, "") << process_->err();
  }
  std::unique_ptr<v1::EventService::Stub> NewClient() {
    const rpc::Credentials own = *rpc::LoadCredentials(
        cluster_.authority().Issue("client", "spiffe://po.example.se/se/17/varmland/system/test"),
        kClusterDomain, 1'700'000'000);
    return v1::EventService::NewStub(rpc::Dial(
        address_,
        rpc::ChannelCredentials(own, {.trust_domain = kClusterDomain, .host = "verksamhet"})));
  }
  // Waits for the connection as long as it takes.
  static bool Record(v1::EventService::Stub& stub, uint64_t id) {
    v1::RecordRequest request;
    *request.add_submissions() = SubmissionOf(Registered(id));
    v1::RecordResponse response;
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(2));
    const grpc::Status status = stub.Record(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return status.ok() && response.results(0).has_recorded();
  }

  Cluster cluster_;
  std::unique_ptr<LiggaredProcess> process_;
  std::string address_;
};

TEST_F(ConnectionsTest, MoreThanThereAreDescriptorsForAreTurnedAwayAndNothingStops) {
  const auto before = NewClient();
  ASSERT_TRUE(Record(*before, 1));

  std::vector<std::unique_ptr<MuteConnection>> flood;
  for (int i = 0; i < kFlood; ++i) {
    flood.push_back(std::make_unique<MuteConnection>(address_));
    ASSERT_TRUE(flood.back()->connected()) << i;
  }
  // The last finds no place; and it is told, not left waiting.
  EXPECT_TRUE(flood.back()->Ends(60'000));
  EXPECT_THAT(process_->err(), HasSubstr("connections turned away"));
  // Who was there goes on, and the databases have what they need.
  for (uint64_t id = 2; id < 50; ++id) ASSERT_TRUE(Record(*before, id));

  flood.clear();
  const auto after = NewClient();
  EXPECT_TRUE(Record(*after, 50));
  EXPECT_THAT(process_->err(), ::testing::Not(HasSubstr("Failed accept")));
  process_->Signal(SIGTERM);
  EXPECT_EQ(process_->AwaitExit(), 0) << process_->err();
}

TEST_F(ConnectionsTest, ConnectionsThatSayNothingLockNobodyOut) {
  std::vector<std::unique_ptr<MuteConnection>> flood;
  for (int i = 0; i < kFlood; ++i) flood.push_back(std::make_unique<MuteConnection>(address_));
  // They are left open; each is ended by the server when it has shown no
  // certificate for rpc::kHandshakeMaxMs, and the client gets its turn.
  EXPECT_TRUE(Record(*NewClient(), 1));
  EXPECT_TRUE(flood.front()->Ends(6 * rpc::kHandshakeMaxMs));
}

}  // namespace
}  // namespace liggare::testing
