#include "services/rpc/tls/credentials.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <utility>

#include "proto/error/error.h"
#include "services/rpc/tls/certificate.h"
#include "services/rpc/tls/peer_judge.h"
#include "services/rpc/tls/tls_sessions.h"
#include "services/rpc/tls/x509.h"

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

// Which certificate it is, for people.
std::string CertificateText(std::string_view pem) {
  const absl::StatusOr<std::vector<Certificate>> shown = ReadCertificates(pem);
  if (!shown.ok() || shown->empty()) return "one that can't be read";
  std::string text;
  for (const std::string& uri : UriNames(shown->front().get())) {
    text += text.empty() ? uri : ", " + uri;
  }
  return (text.empty() ? "no URI name" : text) + ", serial " + SerialOf(shown->front().get());
}

// Asks the judge whether the peer's certificate, whose chain was checked before,
// is good enough, and whether it is whom one wants to speak with.
class PeerVerifier final : public ExternalCertificateVerifier {
 public:
  // `wanted` may be empty: anybody.
  PeerVerifier(std::shared_ptr<const PeerJudge> judge,
               std::function<absl::Status(const Identity&)> wanted,
               std::shared_ptr<const KeptFiles> kept, decltype(TlsOptions::on_refused) on_refused)
      : judge_(std::move(judge)),
        wanted_(std::move(wanted)),
        kept_(std::move(kept)),
        on_refused_(std::move(on_refused)) {}

  bool Verify(TlsCustomVerificationCheckRequest* request, std::function<void(grpc::Status)>,
              grpc::Status* sync_status) override {
    const grpc::string_ref pem = request->peer_cert();
    const absl::StatusOr<Identity> identity = judge_->Judge({pem.data(), pem.size()}, NowSeconds());
    absl::Status checked = identity.status();
    if (checked.ok() && wanted_) checked = wanted_(*identity);
    if (!checked.ok()) {
      if (on_refused_) on_refused_(CertificateText({pem.data(), pem.size()}), checked);
      *sync_status =
          grpc::Status(grpc::StatusCode::UNAUTHENTICATED, std::string(checked.message()));
    }
    return true;
  }

  void Cancel(TlsCustomVerificationCheckRequest*) override {}

 private:
  const std::shared_ptr<const PeerJudge> judge_;
  const std::function<absl::Status(const Identity&)> wanted_;
  const std::shared_ptr<const KeptFiles> kept_;  // Which gRPC reads as long as it has this.
  const decltype(TlsOptions::on_refused) on_refused_;
};

// The one that is given, or one that knows the trust domain alone.
std::shared_ptr<const PeerJudge> JudgeOf(const TlsOptions& tls, const std::string& trust_domain) {
  return tls.judge != nullptr ? tls.judge : std::make_shared<const PeerJudge>(trust_domain);
}

// gRPC reads the kept files again after so long: one that changed is used then.
std::shared_ptr<FileWatcherCertificateProvider> Provider(const Credentials& own,
                                                         unsigned reread_s) {
  return std::make_shared<FileWatcherCertificateProvider>(
      own.kept->own_path(), own.kept->own_path(), own.kept->ca_path(), reread_s);
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

absl::StatusOr<PemTexts> ReadTexts(const CredentialFiles& files) {
  PemTexts texts;
  absl::StatusOr<std::string> ca = ReadPemFile({.path = files.ca, .field = "ca"});
  if (!ca.ok()) return ca.status();
  absl::StatusOr<std::string> certificate =
      ReadPemFile({.path = files.certificate, .field = "certificate"});
  if (!certificate.ok()) return certificate.status();
  absl::StatusOr<std::string> key = ReadPemFile({.path = files.key, .field = "key"});
  if (!key.ok()) return key.status();
  if (absl::Status status = CheckPrivate(files.key); !status.ok()) return status;
  return PemTexts{*std::move(ca), *std::move(certificate), *std::move(key)};
}

absl::Status BadCertificate(const CredentialFiles& files, const std::string& what,
                            std::string expected) {
  return MakeError(v1::ERROR_CODE_CONFIGURATION, {.message = files.certificate + ": " + what,
                                                  .field = "certificate",
                                                  .expected = std::move(expected)});
}

// A process shows its certificate as a server, everybody else as a client.
absl::Status CheckUsage(const CheckedCertificate& certificate, const Identity& identity,
                        const CredentialFiles& files) {
  const bool host = !identity.host.empty();
  if (host ? certificate.serves : certificate.dials) return absl::OkStatus();
  return BadCertificate(
      files, std::string("its usages do not let a ") + (host ? "server" : "client") + " show it",
      std::string("a certificate with digitalSignature and ") +
          (host ? "serverAuth" : "clientAuth") + ", or without usages");
}

// All but `kept`.
absl::StatusOr<Credentials> CheckTexts(const CredentialFiles& files, const PemTexts& texts,
                                       std::string_view trust_domain, int64_t now_s) {
  absl::StatusOr<CheckedCertificate> checked =
      CheckCertificate({.ca = {files.ca, texts.ca},
                        .certificate = {files.certificate, texts.certificate},
                        .key = {files.key, texts.key},
                        .now_s = now_s});
  if (!checked.ok()) return checked.status();
  absl::StatusOr<Identity> identity = IdentityFromUris(checked->uris, trust_domain);
  if (!identity.ok()) {
    const v1::Error error = ErrorOf(identity.status());
    return BadCertificate(files, error.message(), error.expected());
  }
  if (absl::Status status = CheckUsage(*checked, *identity, files); !status.ok()) return status;
  return Credentials{.files = files,
                     .identity = *std::move(identity),
                     .not_after_s = checked->not_after_s,
                     .ca_not_after_s = checked->ca_not_after_s,
                     .kept = nullptr};
}

}  // namespace

absl::StatusOr<Credentials> LoadCredentials(const CredentialFiles& files,
                                            std::string_view trust_domain, int64_t now_s) {
  absl::StatusOr<PemTexts> texts = ReadTexts(files);
  if (!texts.ok()) return texts.status();
  absl::StatusOr<Credentials> loaded = CheckTexts(files, *texts, trust_domain, now_s);
  if (!loaded.ok()) return loaded;
  absl::StatusOr<std::shared_ptr<KeptFiles>> kept = KeptFiles::Keep(*std::move(texts));
  if (!kept.ok()) return kept.status();
  loaded->kept = *std::move(kept);
  return loaded;
}

absl::StatusOr<Credentials> Renew(const Credentials& own, int64_t now_s) {
  absl::StatusOr<PemTexts> texts = ReadTexts(own.files);
  if (!texts.ok()) return texts.status();
  if (*texts == own.kept->texts() && now_s < own.not_after_s) return own;
  absl::StatusOr<Credentials> renewed =
      CheckTexts(own.files, *texts, own.identity.trust_domain, now_s);
  if (!renewed.ok()) return renewed;
  if (renewed->identity.uri != own.identity.uri) {
    return BadCertificate(own.files, "is the certificate of " + renewed->identity.uri,
                          own.identity.uri);
  }
  if (absl::Status status = own.kept->Replace(*std::move(texts)); !status.ok()) return status;
  renewed->kept = own.kept;
  return renewed;
}

std::shared_ptr<grpc::ServerCredentials> ServerCredentials(const Credentials& own,
                                                           const TlsOptions& tls) {
  ForgetTlsSessions();
  grpc::experimental::TlsServerCredentialsOptions options(Provider(own, tls.reread_s));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.set_certificate_verifier(ExternalCertificateVerifier::Create<PeerVerifier>(
      JudgeOf(tls, own.identity.trust_domain), nullptr, own.kept, tls.on_refused));
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
  options.set_certificate_provider(Provider(own, tls.reread_s));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_verify_server_certs(true);
  options.set_check_call_host(false);  // The URI SAN is the name, not the address.
  std::shared_ptr<const PeerJudge> judge = JudgeOf(tls, expected.trust_domain);
  options.set_certificate_verifier(ExternalCertificateVerifier::Create<PeerVerifier>(
      std::move(judge),
      [expected = std::move(expected)](const Identity& server) {
        return CheckServerName(server, expected);
      },
      own.kept, tls.on_refused));
  return grpc::experimental::TlsCredentials(options);
}

}  // namespace liggare::rpc
