#include "clients/cpp/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "clients/cpp/call_status.h"
#include "clients/cpp/reader.h"
#include "proto/error/error.h"
#include "tests/cli/fake_server.h"

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
