#include "services/rpc/credentials.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <utility>

#include "proto/error/error.h"
#include "services/rpc/certificate.h"
#include "services/rpc/tls_sessions.h"

namespace liggare::rpc {
namespace {

using grpc::experimental::ExternalCertificateVerifier;
using grpc::experimental::FileWatcherCertificateProvider;
using grpc::experimental::TlsCustomVerificationCheckRequest;

int64_t NowSeconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// Asks the judge whether the peer's certificate, whose chain was checked before,
// is good enough, and whether it is whom one wants to speak with.
class PeerVerifier final : public ExternalCertificateVerifier {
 public:
  // `wanted` may be empty: anybody.
  PeerVerifier(std::shared_ptr<const PeerJudge> judge,
               std::function<absl::Status(const Identity&)> wanted)
      : judge_(std::move(judge)), wanted_(std::move(wanted)) {}

  bool Verify(TlsCustomVerificationCheckRequest* request, std::function<void(grpc::Status)>,
              grpc::Status* sync_status) override {
    const grpc::string_ref pem = request->peer_cert();
    const absl::StatusOr<Identity> identity = judge_->Judge({pem.data(), pem.size()}, NowSeconds());
    absl::Status checked = identity.status();
    if (checked.ok() && wanted_) checked = wanted_(*identity);
    if (!checked.ok()) {
      *sync_status =
          grpc::Status(grpc::StatusCode::UNAUTHENTICATED, std::string(checked.message()));
    }
    return true;
  }

  void Cancel(TlsCustomVerificationCheckRequest*) override {}

 private:
  const std::shared_ptr<const PeerJudge> judge_;
  const std::function<absl::Status(const Identity&)> wanted_;
};

// The one that is given, or one that knows the trust domain alone.
std::shared_ptr<const PeerJudge> JudgeOf(const TlsOptions& tls, const std::string& trust_domain) {
  return tls.judge != nullptr ? tls.judge : std::make_shared<const PeerJudge>(trust_domain);
}

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
                                                           const TlsOptions& tls) {
  ForgetTlsSessions();
  grpc::experimental::TlsServerCredentialsOptions options(Provider(own.files, tls.reread_s));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.set_certificate_verifier(ExternalCertificateVerifier::Create<PeerVerifier>(
      JudgeOf(tls, own.identity.trust_domain), nullptr));
  return grpc::experimental::TlsServerCredentials(options);
}

absl::Status CheckServerName(const Identity& server, const ServerName& expected) {
  const bool right = server.trust_domain == expected.trust_domain &&
                     (expected.host.empty() ? !server.host.empty() : server.host == expected.host);
  if (right) return absl::OkStatus();
  return MakeError(v1::ERROR_CODE_UNAUTHENTICATED,
                   {.message = "the server's certificate is of " + server.uri,
                    .field = "subjectAltName",
                    .expected = "spiffe://" + expected.trust_domain + "/host/" +
                                (expected.host.empty() ? "<any>" : expected.host)});
}

std::shared_ptr<grpc::ChannelCredentials> ChannelCredentials(const Credentials& own,
                                                             ServerName expected,
                                                             const TlsOptions& tls) {
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(Provider(own.files, tls.reread_s));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_verify_server_certs(true);
  options.set_check_call_host(false);  // The URI SAN is the name, not the address.
  std::shared_ptr<const PeerJudge> judge = JudgeOf(tls, expected.trust_domain);
  options.set_certificate_verifier(ExternalCertificateVerifier::Create<PeerVerifier>(
      std::move(judge), [expected = std::move(expected)](const Identity& server) {
        return CheckServerName(server, expected);
      }));
  return grpc::experimental::TlsCredentials(options);
}

}  // namespace liggare::rpc
