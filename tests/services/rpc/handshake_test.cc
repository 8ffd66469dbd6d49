// Who comes further than the handshake. What is refused there has said nothing
// that HTTP/2 read.
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <mutex>
#include <string>
#include <vector>

#include "services/rpc/tls/credentials.h"
#include "tests/services/rpc/raw_tls_client.h"
#include "tests/testing/certificates.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::rpc {
namespace {

using ::liggare::testing::CertificateSpec;
using ::liggare::testing::ScratchDirectory;
using ::liggare::testing::TestAuthority;

constexpr char kDomain[] = "po.example.se";
constexpr char kUri[] = "spiffe://po.example.se/se/17/system/test";
constexpr int64_t kValidAtS = 1'700'000'000;

class HandshakeTest : public ::testing::Test {
 protected:
  HandshakeTest() { signal(SIGPIPE, SIG_IGN); }

  void Serve(const CredentialFiles& files) {
    const absl::StatusOr<Credentials> own = LoadCredentials(files, kDomain, kValidAtS);
    ASSERT_TRUE(own.ok()) << own.status();
    grpc::ServerBuilder builder;
    builder.RegisterCallbackGenericService(&service_);
    const auto note = [this](const std::string& certificate, const absl::Status& why) {
      const std::lock_guard lock(mutex_);
      refused_.push_back(certificate + ": " + std::string(why.message()));
    };
    builder.AddListeningPort("127.0.0.1:0", ServerCredentials(*own, {.on_refused = note}), &port_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
  }
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(Serve(authority_.Issue("host", "spiffe://po.example.se/host/h")));
  }
  void TearDown() override {
    if (server_ != nullptr) server_->Shutdown();
  }

  // Whether HTTP/2 answers who shows a certificate of `spec`, with either version.
  bool ReachesHttp2(const CertificateSpec& spec) {
    const CredentialFiles files = authority_.Issue("peer", spec);
    const bool one = !RawTlsClient({port_, TLS1_2_VERSION, &files}).SayHello().empty();
    const bool other = !RawTlsClient({port_, TLS1_3_VERSION, &files}).SayHello().empty();
    EXPECT_EQ(one, other);
    return one || other;
  }

  std::vector<std::string> Refused() {
    const std::lock_guard lock(mutex_);
    return refused_;
  }

  std::mutex mutex_;
  std::vector<std::string> refused_;
  ScratchDirectory scratch_;
  TestAuthority authority_{scratch_.path()};
  grpc::CallbackGenericService service_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

TEST_F(HandshakeTest, WhoHasOneNameOfTheTrustDomainReachesHttp2) {
  for (const char* path : {"se", "se/17", "se/17/system/test", "host/h"}) {
    EXPECT_TRUE(ReachesHttp2({.uris = {std::string("spiffe://po.example.se/") + path}})) << path;
  }
}

TEST_F(HandshakeTest, WhichCertificateIsRefusedAndWhyIsTold) {
  EXPECT_TRUE(ReachesHttp2({.uris = {kUri}}));
  EXPECT_TRUE(Refused().empty());
  EXPECT_FALSE(ReachesHttp2({.uris = {"spiffe://other.example/se"}}));
  ASSERT_FALSE(Refused().empty());
  EXPECT_EQ(Refused().front().find("spiffe://other.example/se, serial "), 0u) << Refused().front();
}

TEST_F(HandshakeTest, AnotherTrustDomainDoesNot) {
  EXPECT_FALSE(ReachesHttp2({.uris = {"spiffe://other.example/se"}}));
  EXPECT_FALSE(ReachesHttp2({.uris = {"spiffe://po.example.se.other/se"}}));
}

TEST_F(HandshakeTest, NoNameSeveralNamesAndNamesOfNothingDoNot) {
  EXPECT_FALSE(ReachesHttp2({}));
  EXPECT_FALSE(ReachesHttp2({.uris = {kUri, kUri}}));
  EXPECT_FALSE(ReachesHttp2({.uris = {kUri, "spiffe://other.example/se"}}));
  EXPECT_FALSE(ReachesHttp2({.uris = {"https://po.example.se/se"}}));
  EXPECT_FALSE(ReachesHttp2({.uris = {"spiffe://po.example.se/other"}}));
}

TEST_F(HandshakeTest, ExpiredAndFutureCertificatesDoNot) {
  const int64_t now_s = std::chrono::duration_cast<std::chrono::seconds>(
                            std::chrono::system_clock::now().time_since_epoch())
                            .count();
  EXPECT_FALSE(ReachesHttp2({.uris = {kUri}, .not_after_s = now_s - 1}));
  EXPECT_FALSE(ReachesHttp2({.uris = {kUri}, .not_before_s = now_s + 3600}));
}

TEST_F(HandshakeTest, NoCertificateAndAnotherAuthoritysDoNot) {
  EXPECT_EQ(RawTlsClient({port_}).SayHello(), "");
  TestAuthority other(scratch_.path(), "other");
  const CredentialFiles files = other.Issue("foreign", kUri);
  EXPECT_EQ(RawTlsClient({port_, TLS1_3_VERSION, &files}).SayHello(), "");
}

class TlsSessionTest : public HandshakeTest, public ::testing::WithParamInterface<int> {};

TEST_P(TlsSessionTest, NoneIsHandedOut) {
  const CredentialFiles files = authority_.Issue("peer", kUri);
  RawTlsClient client({port_, GetParam(), &files});
  ASSERT_NE(client.SayHello(), "");  // What follows the handshake has been read.
  EXPECT_EQ(client.tickets().size(), 0u);
  EXPECT_FALSE(GetParam() == TLS1_2_VERSION && client.session_has_id());
}

TEST_P(TlsSessionTest, NoneIsResumed) {
  const CredentialFiles files = authority_.Issue("peer", kUri);
  RawTlsClient first({port_, GetParam(), &files});
  ASSERT_NE(first.SayHello(), "");
  const Session kept = first.tickets().empty() ? first.session()
                                               : Session(SSL_SESSION_dup(first.tickets()[0].get()));

  RawTlsClient again({port_, GetParam(), &files, kept.get()});
  EXPECT_NE(again.SayHello(), "") << "who tries is no worse off";
  EXPECT_FALSE(again.resumes());
  // As one would whose certificate has expired or is denied.
  RawTlsClient without({port_, GetParam(), nullptr, kept.get()});
  EXPECT_EQ(without.SayHello(), "");
  EXPECT_FALSE(without.resumes());
}

INSTANTIATE_TEST_SUITE_P(BothVersions, TlsSessionTest,
                         ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION));

}  // namespace
}  // namespace liggare::rpc
