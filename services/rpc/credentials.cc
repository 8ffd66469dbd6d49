#include "services/rpc/credentials.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <filesystem>
#include <functional>
#include <utility>

#include "proto/error/error.h"
#include "services/rpc/certificate.h"

namespace liggare::rpc {
namespace {

using grpc::experimental::ExternalCertificateVerifier;
using grpc::experimental::FileWatcherCertificateProvider;
using grpc::experimental::TlsCustomVerificationCheckRequest;

// Checks the name in the server's certificate; the chain was checked before.
class ServerNameVerifier final : public ExternalCertificateVerifier {
 public:
  explicit ServerNameVerifier(ServerName expected) : expected_(std::move(expected)) {}

  bool Verify(TlsCustomVerificationCheckRequest* request, std::function<void(grpc::Status)>,
              grpc::Status* sync_status) override {
    std::vector<std::string> uris;
    for (const grpc::string_ref& uri : request->uri_names()) {
      uris.emplace_back(uri.data(), uri.size());
    }
    const absl::Status checked = CheckServerName(uris, expected_);
    if (!checked.ok()) {
      *sync_status =
          grpc::Status(grpc::StatusCode::UNAUTHENTICATED, std::string(checked.message()));
    }
    return true;
  }

  void Cancel(TlsCustomVerificationCheckRequest*) override {}

 private:
  const ServerName expected_;
};

std::shared_ptr<FileWatcherCertificateProvider> Provider(const CredentialFiles& files,
                                                         unsigned reread_s) {
  return std::make_shared<FileWatcherCertificateProvider>(files.key, files.certificate, files.ca,
                                                          reread_s);
}

// The key's file is its owner's alone.
absl::Status CheckPrivate(const std::string& key_file) {
  using std::filesystem::perms;
  std::error_code error;
  const perms mode = std::filesystem::status(key_file, error).permissions();
  if (!error && (mode & (perms::group_all | perms::others_all)) == perms::none) {
    return absl::OkStatus();
  }
  return MakeError(
      v1::ERROR_CODE_CONFIGURATION,
      {.message = key_file + " can be read by others", .field = "key", .expected = "mode 0600"});
}

}  // namespace

absl::StatusOr<Credentials> LoadCredentials(const CredentialFiles& files,
                                            std::string_view trust_domain, int64_t now_s) {
  absl::StatusOr<std::string> ca = ReadPemFile({.path = files.ca, .field = "ca"});
  if (!ca.ok()) return ca.status();
  absl::StatusOr<std::string> certificate =
      ReadPemFile({.path = files.certificate, .field = "certificate"});
  if (!certificate.ok()) return certificate.status();
  absl::StatusOr<std::string> key = ReadPemFile({.path = files.key, .field = "key"});
  if (!key.ok()) return key.status();
  if (absl::Status status = CheckPrivate(files.key); !status.ok()) return status;

  absl::StatusOr<std::vector<std::string>> uris =
      CheckCertificate({.ca = {files.ca, *ca},
                        .certificate = {files.certificate, *certificate},
                        .key = {files.key, *key},
                        .now_s = now_s});
  if (!uris.ok()) return uris.status();
  absl::StatusOr<Identity> identity = IdentityFromUris(*uris, trust_domain);
  if (!identity.ok()) {
    const v1::Error error = ErrorOf(identity.status());
    return MakeError(v1::ERROR_CODE_CONFIGURATION,
                     {.message = files.certificate + ": " + error.message(),
                      .field = "certificate",
                      .expected = error.expected()});
  }
  return Credentials{.files = files, .identity = *std::move(identity)};
}

std::shared_ptr<grpc::ServerCredentials> ServerCredentials(const Credentials& own,
                                                           unsigned reread_s) {
  grpc::experimental::TlsServerCredentialsOptions options(Provider(own.files, reread_s));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return grpc::experimental::TlsServerCredentials(options);
}

absl::Status CheckServerName(const std::vector<std::string>& uris, const ServerName& expected) {
  absl::StatusOr<Identity> identity = IdentityFromUris(uris, expected.trust_domain);
  if (!identity.ok()) return identity.status();
  const bool right =
      expected.host.empty() ? !identity->host.empty() : identity->host == expected.host;
  if (right) return absl::OkStatus();
  return MakeError(v1::ERROR_CODE_UNAUTHENTICATED,
                   {.message = "the server's certificate is of " + identity->uri,
                    .field = "subjectAltName",
                    .expected = "spiffe://" + expected.trust_domain + "/host/" +
                                (expected.host.empty() ? "<any>" : expected.host)});
}

std::shared_ptr<grpc::ChannelCredentials> ChannelCredentials(const Credentials& own,
                                                             ServerName expected,
                                                             unsigned reread_s) {
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(Provider(own.files, reread_s));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_verify_server_certs(true);
  options.set_check_call_host(false);  // The URI SAN is the name, not the address.
  options.set_certificate_verifier(
      ExternalCertificateVerifier::Create<ServerNameVerifier>(std::move(expected)));
  return grpc::experimental::TlsCredentials(options);
}

}  // namespace liggare::rpc
