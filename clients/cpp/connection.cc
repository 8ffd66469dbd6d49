#include "clients/cpp/connection.h"

#include <utility>

#include "clients/cpp/call_status.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_credentials_options.h"
#include "grpcpp/support/channel_arguments.h"
#include "proto/error/error.h"

namespace liggare::client {
namespace {

// A broken connection is dialled again after 0.1 s at first, 5 s at most. gRPC's
// "minimum backoff" is how long an attempt may take, handshake and all.
constexpr int kReconnectFirstMs = 100;
constexpr int kReconnectMaxMs = 5'000;
constexpr int kConnectTimeoutMs = 10'000;

std::shared_ptr<grpc::ChannelCredentials> MakeCredentials(
    const Certificate& certificate,
    std::shared_ptr<grpc::experimental::CertificateVerifier> verifier) {
  const std::vector<grpc::experimental::IdentityKeyCertPair> own = {
      {certificate.key_pem, certificate.certificate_pem}};
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(
      std::make_shared<grpc::experimental::StaticDataCertificateProvider>(certificate.ca_pem, own));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_certificate_verifier(std::move(verifier));
  options.set_check_call_host(false);
  return grpc::experimental::TlsCredentials(options);
}

grpc::ChannelArguments MakeArguments() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kAnswerBytesMax);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectFirstMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectTimeoutMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMaxMs);
  return arguments;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(ConnectionOptions options,
                                                             int64_t now_s) {
  if (options.address.empty()) {
    return MakeError(v1::ERROR_CODE_CONFIGURATION,
                     {"no server is given", "server", "an address such as 10.0.0.17:7443"});
  }
  auto certificate = LoadCertificate(options.files, now_s);
  if (!certificate.ok()) return certificate.status();
  if (options.node.empty()) options.node = certificate->identity.path;
  return std::unique_ptr<Connection>(new Connection(std::move(options), *std::move(certificate)));
}

Connection::Connection(ConnectionOptions options, Certificate certificate)
    : options_(std::move(options)),
      identity_(certificate.identity),
      verdict_(std::make_shared<HandshakeVerdict>()) {
  auto verifier = MakeServerVerifier({identity_.trust_domain, options_.host}, verdict_);
  channel_ = grpc::CreateCustomChannel(
      options_.address, MakeCredentials(certificate, std::move(verifier)), MakeArguments());
  events_ = v1::EventService::NewStub(channel_);
  queries_ = v1::QueryService::NewStub(channel_);
  audits_ = v1::AuditService::NewStub(channel_);
  admin_ = v1::AdminService::NewStub(channel_);
}

bool Connection::WaitUntilConnected(std::chrono::milliseconds timeout) {
  return channel_->WaitForConnected(std::chrono::system_clock::now() + timeout);
}

absl::Status Connection::Result(const grpc::Status& status) const {
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE) {
    if (absl::Status verdict = verdict_->Get(); !verdict.ok()) return verdict;
  }
  return StatusOfCall(status, options_.address);
}

}  // namespace liggare::client
