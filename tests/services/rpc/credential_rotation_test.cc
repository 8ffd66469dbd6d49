// Certificates are renewed under a running server and a standing connection.
#include <gmock/gmock.h>
#include <grpcpp/server.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <utility>
#include <vector>

#include "liggare/v1/event_service.grpc.pb.h"
#include "proto/error/error.h"
#include "services/rpc/call/channel.h"
#include "services/rpc/tls/credentials.h"
#include "tests/testing/certificates.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::rpc {
namespace {

using ::liggare::testing::CertificateSpec;
using ::liggare::testing::ScratchDirectory;
using ::liggare::testing::TestAuthority;

constexpr char kDomain[] = "po.example.se";
constexpr char kServerUri[] = "spiffe://po.example.se/host/lan17";
constexpr char kClientUri[] = "spiffe://po.example.se/se/17";
constexpr int64_t kNow = 1'700'000'000;
constexpr auto kPatience = std::chrono::seconds(60);

std::string Text(const std::string& file) {
  std::ifstream in(file);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// Answers every Record with nothing.
class SilentService : public v1::EventService::Service {
  grpc::Status Record(grpc::ServerContext*, const v1::RecordRequest*,
                      v1::RecordResponse*) override {
    return grpc::Status::OK;
  }
};

// The files of one party behind a link to a directory, which is replaced to renew
// them all at once.
class LinkedCredentials {
 public:
  LinkedCredentials(const ScratchDirectory& scratch, std::string name)
      : root_(scratch / name), link_(root_ + "/current") {
    std::filesystem::create_directories(root_);
  }

  // Puts files that `authority` issued, under which others are trusted by `ca`.
  void Renew(TestAuthority& authority, const std::string& ca, const std::string& uri) {
    const std::string directory = root_ + "/" + std::to_string(++renewals_);
    std::filesystem::create_directory(directory);
    const CredentialFiles made = authority.Issue(
        std::filesystem::path(root_).filename().string() + "-" + std::to_string(renewals_), uri);
    std::filesystem::copy(ca, directory + "/ca.crt");
    std::filesystem::copy(made.certificate, directory + "/own.crt");
    std::filesystem::copy(made.key, directory + "/own.key");
    std::filesystem::remove(link_ + ".new");
    std::filesystem::create_directory_symlink(directory, link_ + ".new");
    std::filesystem::rename(link_ + ".new", link_);
  }

  CredentialFiles Files() const {
    return {link_ + "/ca.crt", link_ + "/own.crt", link_ + "/own.key"};
  }
  Credentials Load() const {
    const absl::StatusOr<Credentials> loaded = LoadCredentials(Files(), kDomain, kNow);
    EXPECT_TRUE(loaded.ok()) << loaded.status();
    return *loaded;
  }
  std::string certificate() const { return Text(link_ + "/own.crt"); }

 private:
  const std::string root_;
  const std::string link_;
  int renewals_ = 0;
};

class CredentialRotationTest : public ::testing::Test {
 protected:
  void StartServer() {
    server_own_ = server_files_.Load();
    client_own_ = client_files_.Load();
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", ServerCredentials(server_own_, {.reread_s = 1}),
                             &port_);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
  }
  void TearDown() override {
    if (server_ != nullptr) server_->Shutdown();
  }

  std::unique_ptr<v1::EventService::Stub> Connect(
      const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    return v1::EventService::NewStub(Dial("127.0.0.1:" + std::to_string(port_), credentials));
  }
  std::shared_ptr<grpc::ChannelCredentials> ClientCredentials() {
    return ChannelCredentials(client_own_, {kDomain, "lan17"}, {.reread_s = 1});
  }

  // The server's certificate, as one call saw it; empty if it failed.
  static std::string SeenBy(v1::EventService::Stub& stub) {
    grpc::ClientContext context;
    v1::RecordResponse response;
    if (!stub.Record(&context, v1::RecordRequest(), &response).ok()) return "";
    const auto values = context.auth_context()->FindPropertyValues("x509_pem_cert");
    return values.empty() ? "" : std::string(values[0].data(), values[0].size());
  }

  // Whether a new connection sees `certificate` before patience ends.
  bool EventuallySees(const std::shared_ptr<grpc::ChannelCredentials>& credentials,
                      const std::string& certificate) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < end) {
      if (SeenBy(*Connect(credentials)) == certificate) return true;
    }
    return false;
  }

  ScratchDirectory scratch_;
  TestAuthority authority_{scratch_.path()};
  LinkedCredentials server_files_{scratch_, "server"};
  LinkedCredentials client_files_{scratch_, "client"};
  Credentials server_own_;
  Credentials client_own_;
  SilentService service_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

TEST_F(CredentialRotationTest, TheServersNextConnectionShowsTheRenewedCertificate) {
  server_files_.Renew(authority_, authority_.ca_file(), kServerUri);
  client_files_.Renew(authority_, authority_.ca_file(), kClientUri);
  StartServer();
  const auto credentials = ClientCredentials();
  const auto standing = Connect(credentials);
  const std::string first = server_files_.certificate();
  ASSERT_EQ(SeenBy(*standing), first);

  server_files_.Renew(authority_, authority_.ca_file(), kServerUri);
  ASSERT_NE(server_files_.certificate(), first);
  ASSERT_TRUE(Renew(server_own_, kNow).ok());
  EXPECT_TRUE(EventuallySees(credentials, server_files_.certificate()));
  EXPECT_EQ(SeenBy(*standing), first) << "the connection that stood is still there";
}

TEST_F(CredentialRotationTest, TheDiallersNextConnectionUsesTheRenewedFiles) {
  TestAuthority old_authority(scratch_.path(), "old");
  const std::string both =
      scratch_.Write("both.crt", Text(authority_.ca_file()) + Text(old_authority.ca_file()));
  server_files_.Renew(authority_, authority_.ca_file(), kServerUri);
  client_files_.Renew(old_authority, both, kClientUri);
  StartServer();
  const auto credentials = ClientCredentials();
  ASSERT_EQ(SeenBy(*Connect(credentials)), "") << "the old authority is trusted";

  client_files_.Renew(authority_, authority_.ca_file(), kClientUri);
  ASSERT_TRUE(Renew(client_own_, kNow).ok());
  EXPECT_TRUE(EventuallySees(credentials, server_files_.certificate()));
}

TEST_F(CredentialRotationTest, WrongFilesChangeNothingUntilTheyAreRight) {
  TestAuthority other(scratch_.path(), "other");
  server_files_.Renew(authority_, authority_.ca_file(), kServerUri);
  client_files_.Renew(authority_, authority_.ca_file(), kClientUri);
  StartServer();
  const std::string first = server_files_.certificate();
  const PemTexts before = server_own_.kept->texts();
  const CredentialFiles files = server_files_.Files();
  const auto write = [](const std::string& file, const std::string& text) {
    std::filesystem::remove(file);
    std::ofstream(file) << text;
    std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  };
  // What is done to a renewed set, and what is said of it.
  const CertificateSpec expired{.uris = {kServerUri}, .not_after_s = kNow};
  const CertificateSpec client_only{.uris = {kServerUri}, .usages = "clientAuth"};
  const auto put = [&](const CertificateSpec& spec) {
    const CredentialFiles made = authority_.Issue("made", spec);
    write(files.certificate, Text(made.certificate));
    write(files.key, Text(made.key));
  };
  const std::vector<std::pair<std::string, std::function<void()>>> mistakes = {
      {"own.key: can't be opened", [&] { std::filesystem::remove(files.key); }},
      {"own.crt: can't be opened", [&] { std::filesystem::remove(files.certificate); }},
      {"ca.crt: can't be opened", [&] { std::filesystem::remove(files.ca); }},
      {"own.key: is empty", [&] { write(files.key, ""); }},
      {"own.crt: is not a file",
       [&] {
         std::filesystem::remove(files.certificate);
         std::filesystem::create_directory(files.certificate);
       }},
      {"own.crt: holds a certificate that can't be read",
       [&] { write(files.certificate, server_files_.certificate().substr(0, 300)); }},
      {"ca.crt: holds a certificate that can't be read",
       [&] { write(files.ca, Text(files.ca) + Text(files.ca).substr(0, 300)); }},
      {"own.key: is not the key of", [&] { write(files.key, before.key); }},
      {"own.crt: does not verify under", [&] { write(files.ca, Text(other.ca_file())); }},
      {"own.crt: the certificate expired", [&] { put(expired); }},
      {"own.crt: its usages do not let a server show it", [&] { put(client_only); }},
      {"own.crt: is the certificate of", [&] { put({.uris = {"spiffe://po.example.se/host/x"}}); }},
      {"own.crt: the certificate has 0 URI SANs", [&] { put({}); }},
      {"own.key can be read by others",
       [&] { std::filesystem::permissions(files.key, std::filesystem::perms::others_read); }}};
  for (const auto& [said, make] : mistakes) {
    server_files_.Renew(authority_, authority_.ca_file(), kServerUri);
    make();
    const absl::Status refused = Renew(server_own_, kNow).status();
    EXPECT_THAT(ErrorOf(refused).message(), ::testing::HasSubstr(said));
    EXPECT_TRUE(server_own_.kept->texts() == before) << said;
    EXPECT_EQ(SeenBy(*Connect(ClientCredentials())), first) << said;
  }
  server_files_.Renew(authority_, authority_.ca_file(), kServerUri);
  ASSERT_TRUE(Renew(server_own_, kNow).ok());
  EXPECT_TRUE(EventuallySees(ClientCredentials(), server_files_.certificate()));
}

TEST_F(CredentialRotationTest, WhatExpiresUnrenewedIsSaid) {
  server_files_.Renew(authority_, authority_.ca_file(), kServerUri);
  const Credentials own = server_files_.Load();
  EXPECT_TRUE(Renew(own, own.not_after_s - 1).ok());
  EXPECT_THAT(ErrorOf(Renew(own, own.not_after_s).status()).message(),
              ::testing::HasSubstr("expired"));
}

TEST_F(CredentialRotationTest, AnAuthorityIsReplacedByTrustingBothForATime) {
  TestAuthority next(scratch_.path(), "next");
  const std::string both =
      scratch_.Write("both.crt", Text(authority_.ca_file()) + Text(next.ca_file()));
  server_files_.Renew(authority_, both, kServerUri);
  client_files_.Renew(authority_, both, kClientUri);
  StartServer();
  const auto credentials = ClientCredentials();
  ASSERT_EQ(SeenBy(*Connect(credentials)), server_files_.certificate());

  server_files_.Renew(next, both, kServerUri);
  ASSERT_TRUE(Renew(server_own_, kNow).ok());
  EXPECT_TRUE(EventuallySees(credentials, server_files_.certificate()));
}

}  // namespace
}  // namespace liggare::rpc
