#include "clients/cpp/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "clients/cpp/call_status.h"
#include "clients/cpp/reader.h"
#include "proto/error/error.h"
#include "tests/clients/cpp/fake_server.h"
#include "tests/testing/open_umask.h"

namespace liggare::client {
namespace {

using testing::FakeServer;
using ::testing::HasSubstr;
using testing::kValidAtS;

constexpr int64_t kDayS = 24 * 60 * 60;

absl::Status ReadOnce(Connection& connection) {
  v1::ReadRequest request;
  request.mutable_log()->set_log("se/17@1");
  return EntryReader::Read(connection, request).Next().status();
}

TEST(ConnectionTest, CallReachesTheServerAndKnowsItself) {
  FakeServer server;
  const auto connection = server.Connect();
  EXPECT_EQ(connection->identity().path, "se/17");
  EXPECT_EQ(connection->identity().system, "test");
  EXPECT_EQ(connection->node(), "se/17");
  EXPECT_TRUE(ReadOnce(*connection).ok());
}

TEST(ConnectionTest, AnswerAtTheLimitIsTakenAndOneAboveItIsNot) {
  FakeServer server;
  const auto connection = server.Connect();
  server.service.read_answer_bytes = kAnswerBytesMax;
  v1::ReadRequest request;
  request.mutable_log()->set_log("se/17@1");
  const auto entries = EntryReader::Read(*connection, request).Next();
  ASSERT_TRUE(entries.ok()) << entries.status();
  v1::ReadResponse answer;
  *answer.mutable_entries() = **entries;
  EXPECT_EQ(answer.ByteSizeLong(), static_cast<size_t>(kAnswerBytesMax));

  server.service.read_answer_bytes = kAnswerBytesMax + 1;
  const v1::Error error = ErrorOf(ReadOnce(*connection));
  EXPECT_EQ(error.code(), v1::ERROR_CODE_LIMIT_EXCEEDED);
  EXPECT_THAT(error.message(), HasSubstr("larger than max (67108865 vs. 67108864)"));
}

TEST(ConnectionTest, ExpectedHostNameIsAccepted) {
  FakeServer server("lan17");
  ConnectionOptions options = server.Options();
  options.host = "lan17";
  const auto connection = Connection::Open(options, kValidAtS);
  ASSERT_TRUE(connection.ok());
  const absl::Status status = ReadOnce(**connection);
  EXPECT_TRUE(status.ok()) << status;
}

TEST(ConnectionTest, OtherHostNameIsRefusedAndNamed) {
  FakeServer server("lan17");
  ConnectionOptions options = server.Options();
  options.host = "lan18";
  const auto connection = Connection::Open(options, kValidAtS);
  ASSERT_TRUE(connection.ok());
  const v1::Error error = ErrorOf(ReadOnce(**connection));
  EXPECT_EQ(error.code(), v1::ERROR_CODE_UNAUTHENTICATED);
  EXPECT_THAT(error.message(), HasSubstr("spiffe://liggare.test/host/lan17"));
  EXPECT_THAT(error.expected(), HasSubstr("/host/lan18"));
}

TEST(ConnectionTest, ServerOfAnotherAuthorityIsRefused) {
  FakeServer server;
  FakeServer foreign;
  ConnectionOptions options = foreign.Options();
  options.address = server.Options().address;
  const auto connection = Connection::Open(options, kValidAtS);
  ASSERT_TRUE(connection.ok());
  EXPECT_EQ(ErrorOf(ReadOnce(**connection)).code(), v1::ERROR_CODE_UNAVAILABLE);
}

TEST(ConnectionTest, ServerThatIsNotThereIsNamed) {
  ConnectionOptions options;
  {
    FakeServer server;
    options = server.Options();
    options.address = "127.0.0.1:1";
    const auto connection = Connection::Open(options, kValidAtS);
    ASSERT_TRUE(connection.ok());
    const v1::Error error = ErrorOf(ReadOnce(**connection));
    EXPECT_EQ(error.code(), v1::ERROR_CODE_UNAVAILABLE);
    EXPECT_THAT(error.message(), HasSubstr("127.0.0.1:1"));
  }
}

// It is written down where servers are remembered, one a line.
TEST(ConnectionTest, AddressIsAHostAndAPort) {
  FakeServer server;
  ConnectionOptions options = server.Options();
  for (const char* address :
       {"", "localhost", ":1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:123456",
        "127.0.0.1:1\nother:1 spiffe://liggare.test/host/x", "a b:1", "http://127.0.0.1:1",
        "127.0.0.1:1/", "a\x1b:1", "#a:1", "\t:1"}) {
    options.address = address;
    const v1::Error error = ErrorOf(Connection::Open(options, kValidAtS).status());
    EXPECT_EQ(error.code(), v1::ERROR_CODE_CONFIGURATION) << address;
    EXPECT_EQ(error.field(), "server") << address;
  }
  for (const char* address :
       {"127.0.0.1:1", "[::1]:7443", "ledger.example:443", "räksmörgås.se:1"}) {
    options.address = address;
    EXPECT_TRUE(Connection::Open(options, kValidAtS).ok()) << address;
  }
}

TEST(ConnectionTest, EachWrongFileIsNamedByItsOption) {
  FakeServer server;
  const ConnectionOptions good = server.Options();
  const auto field = [](const ConnectionOptions& options, int64_t now_s = kValidAtS) {
    const auto connection = Connection::Open(options, now_s);
    return connection.ok() ? "" : ErrorOf(connection.status()).field();
  };
  EXPECT_EQ(field(good), "");
  ConnectionOptions options = good;
  options.address.clear();
  EXPECT_EQ(field(options), "server");
  options = good;
  options.files.ca = server.directory / "missing.pem";
  EXPECT_EQ(field(options), "ca");
  options = good;
  options.files.certificate = server.directory.Write("empty.pem", "");
  EXPECT_EQ(field(options), "certificate");
  options = good;
  options.files.key = good.files.certificate;
  EXPECT_EQ(field(options), "key");
  options.files.key =
      server.authority.Issue("other", "spiffe://liggare.test/se/17/system/other").key;
  EXPECT_EQ(field(options), "key");
}

TEST(ConnectionTest, AKeyThatOthersCanReadIsRefused) {
  FakeServer server;
  const ConnectionOptions options = server.Options();
  for (const unsigned mode : {0604u, 0640u, 0660u, 0644u}) {
    std::filesystem::permissions(options.files.key, std::filesystem::perms(mode));
    const v1::Error error = ErrorOf(Connection::Open(options, kValidAtS).status());
    EXPECT_EQ(error.field(), "key");
    EXPECT_THAT(error.message(), HasSubstr("can be read by others"));
  }
  std::filesystem::permissions(options.files.key, std::filesystem::perms(0600u));
  EXPECT_TRUE(Connection::Open(options, kValidAtS).ok());
}

TEST(ConnectionTest, ExpiredCertificateIsSaid) {
  FakeServer server;
  ConnectionOptions options = server.Options();
  const auto files = server.authority.Issue(
      "old", testing::CertificateSpec{.uris = {"spiffe://liggare.test/se/17"},
                                      .not_before_s = kValidAtS - 2 * kDayS,
                                      .not_after_s = kValidAtS - kDayS});
  options.files = {files.ca, files.certificate, files.key};
  const auto connection = Connection::Open(options, kValidAtS);
  ASSERT_FALSE(connection.ok());
  EXPECT_THAT(ErrorOf(connection.status()).message(), HasSubstr("expired at 2025-01-13T09:12:33Z"));
}

// Listens where a proxy would, and counts who comes.
class IdleProxy {
 public:
  IdleProxy() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
    sockaddr_in at = {};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t bytes = sizeof(at);
    auto* address = reinterpret_cast<sockaddr*>(&at);
    if (bind(socket_, address, bytes) != 0 || listen(socket_, 1) != 0 ||
        getsockname(socket_, address, &bytes) != 0) {
      abort();
    }
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(at.sin_port));
  }
  ~IdleProxy() { close(socket_); }

  const std::string& url() const { return url_; }
  bool IsDialled() const {
    const int caller = accept(socket_, nullptr, nullptr);
    if (caller >= 0) close(caller);
    return caller >= 0;
  }

 private:
  const int socket_;
  std::string url_;
};

TEST(ConnectionTest, ProxyInTheEnvironmentIsNotDialled) {
  for (const char* variable : {"http_proxy", "https_proxy", "grpc_proxy"}) {
    FakeServer server;
    const IdleProxy proxy;
    setenv(variable, proxy.url().c_str(), 1);
    ConnectionOptions options = server.Options();
    options.call_timeout = std::chrono::seconds(20);
    const auto named = Connection::Open(options, kValidAtS);
    ASSERT_TRUE(named.ok()) << named.status();
    EXPECT_TRUE(ReadOnce(**named).ok());
    options.host.clear();
    options.known_hosts = server.directory / "known_hosts";
    const auto met = Connection::Open(options, kValidAtS);
    unsetenv(variable);
    ASSERT_TRUE(met.ok()) << met.status();
    EXPECT_TRUE((*met)->is_first_contact());
    EXPECT_FALSE(proxy.IsDialled()) << variable;
  }
}

// A server without a name that the caller was told.
class FirstContactTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Connection>> Open() {
    ConnectionOptions options = server_.Options();
    options.host.clear();
    options.known_hosts = file_;
    return Connection::Open(options, kValidAtS);
  }
  std::string Address() { return server_.Options().address; }
  std::string Remembered() {
    std::ifstream in(file_);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  void Write(const std::string& text) {
    server_.directory.Write("known_hosts", text);
    std::filesystem::permissions(file_, std::filesystem::perms(0600u));
  }

  const testing::OpenUmask umask_;
  FakeServer server_;
  std::string file_ = server_.directory / "known_hosts";
};

TEST_F(FirstContactTest, WithoutANameOrAPlaceToRememberItNothingIsCalled) {
  ConnectionOptions options = server_.Options();
  options.host.clear();
  const v1::Error error = ErrorOf(Connection::Open(options, kValidAtS).status());
  EXPECT_EQ(error.code(), v1::ERROR_CODE_CONFIGURATION);
  EXPECT_EQ(error.field(), "host");
  EXPECT_THAT(error.expected(), HasSubstr("--host"));
}

TEST_F(FirstContactTest, NameIsRememberedBeforeAnythingIsCalled) {
  file_ = server_.directory / "new/folder/known_hosts";
  const auto connection = Open();
  ASSERT_TRUE(connection.ok()) << connection.status();
  EXPECT_TRUE((*connection)->is_first_contact());
  EXPECT_EQ((*connection)->host(), "lan17");
  EXPECT_EQ(Remembered(), Address() + " spiffe://liggare.test/host/lan17\n");
  EXPECT_EQ(testing::ModeOf(file_), 0600u);
  EXPECT_EQ(testing::ModeOf(server_.directory / "new/folder"), 0700u);
  EXPECT_TRUE(ReadOnce(**connection).ok());
  const auto again = Open();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_FALSE((*again)->is_first_contact());
  EXPECT_TRUE(ReadOnce(**again).ok());
  EXPECT_EQ(Remembered(), Address() + " spiffe://liggare.test/host/lan17\n");
}

TEST_F(FirstContactTest, AnotherServerAtTheAddressIsRefusedAndSaysHowToAcceptIt) {
  const std::string line = "10.0.0.1:7 spiffe://liggare.test/host/lan17\n" + Address() +
                           " spiffe://liggare.test/host/lan18\n";
  Write(line);
  const auto connection = Open();
  ASSERT_TRUE(connection.ok()) << connection.status();
  const v1::Error error = ErrorOf(ReadOnce(**connection));
  EXPECT_EQ(error.code(), v1::ERROR_CODE_UNAUTHENTICATED);
  EXPECT_THAT(error.message(), HasSubstr("host/lan17"));
  EXPECT_THAT(error.message(), HasSubstr("host/lan18 (" + file_ + " line 2)"));
  EXPECT_THAT(error.expected(), HasSubstr("--host"));
  EXPECT_EQ(server_.service.streams(), 0);
  EXPECT_EQ(Remembered(), line);
}

TEST_F(FirstContactTest, NameThatIsGivenNeedsNoMemory) {
  Write("nonsense\n");
  ConnectionOptions options = server_.Options();
  options.known_hosts = file_;
  const auto connection = Connection::Open(options, kValidAtS);
  ASSERT_TRUE(connection.ok()) << connection.status();
  EXPECT_TRUE(ReadOnce(**connection).ok());
}

TEST_F(FirstContactTest, OtherAddressesAndTrustDomainsAreOthers) {
  Write("127.0.0.1:1 spiffe://liggare.test/host/lan18\n# by hand\n\n" + Address() +
        " spiffe://other.test/host/lan18\n");
  const auto connection = Open();
  ASSERT_TRUE(connection.ok()) << connection.status();
  EXPECT_TRUE((*connection)->is_first_contact());
  EXPECT_THAT(Remembered(), ::testing::EndsWith(Address() + " spiffe://liggare.test/host/lan17\n"));
}

TEST_F(FirstContactTest, FileThatCannotBeTrustedIsRefused) {
  const std::string right = Address() + " spiffe://liggare.test/host/lan17\n";
  for (const std::string& bad :
       {std::string("nonsense\n"), right + Address() + "\n",
        "x spiffe://liggare.test/se/17\n" + right, right.substr(0, right.size() - 8),
        std::string(kKnownHostsBytesMax + 1, '\n')}) {
    Write(bad);
    const v1::Error error = ErrorOf(Open().status());
    EXPECT_EQ(error.code(), v1::ERROR_CODE_CONFIGURATION) << bad.substr(0, 100);
    EXPECT_EQ(error.field(), "known-hosts");
  }
  Write(right);
  for (const unsigned mode : {0644u, 0620u, 0602u}) {
    std::filesystem::permissions(file_, std::filesystem::perms(mode));
    EXPECT_THAT(ErrorOf(Open().status()).message(), HasSubstr("chmod 600 " + file_));
  }
  std::filesystem::permissions(file_, std::filesystem::perms(0600u));
  EXPECT_TRUE(Open().ok());
}

TEST_F(FirstContactTest, ServerOfAnotherAuthorityIsNotRemembered) {
  FakeServer foreign;
  ConnectionOptions options = foreign.Options();
  options.address = Address();
  options.host.clear();
  options.known_hosts = file_;
  EXPECT_EQ(ErrorOf(Connection::Open(options, kValidAtS).status()).code(),
            v1::ERROR_CODE_UNAVAILABLE);
  EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(FirstContactTest, NobodyThereIsNotWaitedForLong) {
  ConnectionOptions options = server_.Options();
  options.host.clear();
  options.known_hosts = file_;
  options.address = "127.0.0.1:1";
  const v1::Error error = ErrorOf(Connection::Open(options, kValidAtS).status());
  EXPECT_EQ(error.code(), v1::ERROR_CODE_UNAVAILABLE);
  EXPECT_THAT(error.message(), HasSubstr("127.0.0.1:1"));
}

TEST_F(FirstContactTest, TwoThatMeetDifferentServersAtOnceDoNotBothRemember) {
  const ServerPlace place = {"10.0.0.1:7443", "liggare.test"};
  ASSERT_TRUE(AddKnownHost(file_, place, "lan17").ok());
  EXPECT_TRUE(AddKnownHost(file_, place, "lan17").ok());
  EXPECT_EQ(ErrorOf(AddKnownHost(file_, place, "rogue")).code(), v1::ERROR_CODE_UNAUTHENTICATED);
  EXPECT_EQ((*FindKnownHost(file_, place))->host, "lan17");
}

TEST(CheckServerTest, OnlyAHostOfTheTrustDomainIsAccepted) {
  const ExpectedServer any{"liggare.test", ""};
  EXPECT_TRUE(CheckServer(any, {"spiffe://liggare.test/host/a"}).ok());
  EXPECT_FALSE(CheckServer(any, {}).ok());
  EXPECT_FALSE(CheckServer(any, {"spiffe://other.test/host/a"}).ok());
  EXPECT_FALSE(CheckServer(any, {"spiffe://liggare.test/se/17"}).ok());
  EXPECT_FALSE(
      CheckServer(any, {"spiffe://liggare.test/host/a", "spiffe://liggare.test/host/b"}).ok());
  EXPECT_FALSE(CheckServer({"liggare.test", "b"}, {"spiffe://liggare.test/host/a"}).ok());
}

TEST(StatusOfCallTest, ServersOwnErrorIsKept) {
  v1::Error error;
  error.set_code(v1::ERROR_CODE_OLD_VALUE_DIFFERS);
  error.set_field("report_corrected.old");
  error.set_expected("13");
  const grpc::Status status(grpc::StatusCode::FAILED_PRECONDITION, "x", error.SerializeAsString());
  const v1::Error kept = ErrorOf(StatusOfCall(status, "server"));
  EXPECT_EQ(kept.code(), v1::ERROR_CODE_OLD_VALUE_DIFFERS);
  EXPECT_EQ(kept.expected(), "13");
}

TEST(StatusOfCallTest, CallThatAServerHadNoMemoryForMayBeTriedAgain) {
  const grpc::Status reset(grpc::StatusCode::RESOURCE_EXHAUSTED,
                           "Received RST_STREAM with error code 11");
  const v1::Error again = ErrorOf(StatusOfCall(reset, "10.0.0.1:7"));
  EXPECT_EQ(again.code(), v1::ERROR_CODE_UNAVAILABLE);
  EXPECT_THAT(again.message(), HasSubstr("10.0.0.1:7 has no memory left"));
  const grpc::Status too_large(grpc::StatusCode::RESOURCE_EXHAUSTED,
                               "SERVER: Received message larger than max (8388609 vs. 8388608)");
  EXPECT_EQ(ErrorOf(StatusOfCall(too_large, "10.0.0.1:7")).code(), v1::ERROR_CODE_LIMIT_EXCEEDED);
}

TEST(StatusOfCallTest, TransportsErrorNamesTheServer) {
  const grpc::Status status(grpc::StatusCode::DEADLINE_EXCEEDED, "Deadline Exceeded");
  const v1::Error error = ErrorOf(StatusOfCall(status, "10.0.0.1:7"));
  EXPECT_EQ(error.code(), v1::ERROR_CODE_DEADLINE_EXCEEDED);
  EXPECT_THAT(error.message(), HasSubstr("10.0.0.1:7"));
}

}  // namespace
}  // namespace liggare::client
