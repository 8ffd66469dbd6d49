// Certificates are renewed under a running server and a standing connection.
#include <grpcpp/server.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "liggare/v1/event_service.grpc.pb.h"
#include "services/rpc/channel.h"
#include "services/rpc/credentials.h"
#include "tests/testing/certificates.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::rpc {
namespace {

using ::liggare::testing::ScratchDirectory;
using ::liggare::testing::TestAuthority;

constexpr char kDomain[] = "po.example.se";
constexpr char kServerUri[] = "spiffe://po.example.se/host/lan17";
constexpr char kClientUri[] = "spiffe://po.example.se/se/17";
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
    const absl::StatusOr<Credentials> loaded = LoadCredentials(Files(), kDomain, 1'700'000'000);
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
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0",
                             ServerCredentials(server_files_.Load(), {.reread_s = 1}), &port_);
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
    return ChannelCredentials(client_files_.Load(), {kDomain, "lan17"}, {.reread_s = 1});
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
  EXPECT_TRUE(EventuallySees(credentials, server_files_.certificate()));
  EXPECT_EQ(SeenBy(*standing), first) << "the connection that stood is still there";
}

TEST_F(CredentialRotationTest, TheDiallersNextConnectionUsesTheRenewedFiles) {
  TestAuthority old_authority(scratch_.path(), "old");
  server_files_.Renew(authority_, authority_.ca_file(), kServerUri);
  client_files_.Renew(old_authority, authority_.ca_file(), kClientUri);
  StartServer();
  // What the old authority issued does not verify when it is loaded, so that the
  // files are named without being checked.
  Credentials own = server_files_.Load();
  own.files = client_files_.Files();
  const auto credentials = ChannelCredentials(own, {kDomain, "lan17"}, {.reread_s = 1});
  ASSERT_EQ(SeenBy(*Connect(credentials)), "") << "the old authority is trusted";

  client_files_.Renew(authority_, authority_.ca_file(), kClientUri);
  EXPECT_TRUE(EventuallySees(credentials, server_files_.certificate()));
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
  EXPECT_TRUE(EventuallySees(credentials, server_files_.certificate()));
}

}  // namespace
}  // namespace liggare::rpc
