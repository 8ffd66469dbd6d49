#include "clients/cpp/connection.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "clients/cpp/call_status.h"
#include "grpc/grpc.h"
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
  // The server that was given is dialled, whatever http_proxy in the environment says.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectFirstMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectTimeoutMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMaxMs);
  return arguments;
}

// <host>:<port>, as it stands in the list of known servers too: without spaces, and no URL.
bool IsAddress(std::string_view text) {
  constexpr size_t kPortDigitsMax = 5;
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view port = text.substr(colon + 1);
  const bool is_port = !port.empty() && port.size() <= kPortDigitsMax &&
                       port.find_first_not_of("0123456789") == std::string_view::npos;
  return is_port && std::none_of(text.begin(), text.end(), [](char c) {
           return c == '/' || c == '#' || c == 0x7F || (c >= 0 && c <= ' ');
         });
}

// How long a server that is met for the first time may take.
constexpr std::chrono::milliseconds kFirstContactMax = std::chrono::seconds(20);

// Dials once and gives the name that the server shows in its certificate. Nothing is
// called.
absl::StatusOr<std::string> Meet(const ConnectionOptions& options, const Certificate& certificate) {
  const auto verdict = std::make_shared<HandshakeVerdict>();
  const auto channel = grpc::CreateCustomChannel(
      options.address,
      MakeCredentials(certificate,
                      MakeServerVerifier({certificate.identity.trust_domain, ""}, verdict)),
      MakeArguments());
  const auto deadline =
      std::chrono::system_clock::now() + std::min(kFirstContactMax, options.call_timeout);
  grpc_connectivity_state state = channel->GetState(/*try_to_connect=*/true);
  while (state != GRPC_CHANNEL_READY && state != GRPC_CHANNEL_TRANSIENT_FAILURE &&
         channel->WaitForStateChange(state, deadline)) {
    state = channel->GetState(/*try_to_connect=*/true);
  }
  if (state == GRPC_CHANNEL_READY) return verdict->host();
  if (absl::Status refused = verdict->Get(); !refused.ok()) return refused;
  return StatusOfCall({grpc::StatusCode::UNAVAILABLE, "it was to be met for the first time"},
                      options.address);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(ConnectionOptions options,
                                                             int64_t now_s) {
  if (!IsAddress(options.address)) {
    const std::string what = options.address.empty()
                                 ? "no server is given"
                                 : "'" + options.address + "' is not the address of a server";
    return MakeError(v1::ERROR_CODE_CONFIGURATION,
                     {what, "server", "a host and a port such as 10.0.0.17:7443"});
  }
  auto certificate = LoadCertificate(options.files, now_s);
  if (!certificate.ok()) return certificate.status();
  if (options.node.empty()) options.node = certificate->identity.path;
  if (!options.host.empty()) {
    return std::unique_ptr<Connection>(new Connection(std::move(options), *certificate));
  }
  if (options.known_hosts.empty()) {
    return MakeError(v1::ERROR_CODE_CONFIGURATION,
                     {"it is not said which server " + options.address +
                          " must be, and there is no file to remember it in",
                      "host", "--host <name>, the name of the server's process"});
  }
  const ServerPlace place = {options.address, certificate->identity.trust_domain};
  const auto known = FindKnownHost(options.known_hosts, place);
  if (!known.ok()) return known.status();
  const bool is_first_contact = !known->has_value();
  if (is_first_contact) {
    auto met = Meet(options, *certificate);
    if (!met.ok()) return met.status();
    options.host = *std::move(met);
    absl::Status added = AddKnownHost(options.known_hosts, place, options.host);
    if (!added.ok()) return added;
  } else {
    options.host = (*known)->host;
  }
  std::unique_ptr<Connection> connection(new Connection(std::move(options), *certificate));
  connection->is_first_contact_ = is_first_contact;
  connection->known_ = *known;
  return connection;
}

Connection::Connection(ConnectionOptions options, const Certificate& certificate)
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

absl::Status Connection::Refused(const absl::Status& verdict) const {
  if (!known_) return verdict;
  v1::Error error = ErrorOf(verdict);
  error.set_message(error.message() + "; at the first contact with " + options_.address +
                    " it was host/" + known_->host + " (" + options_.known_hosts + " line " +
                    std::to_string(known_->line) + ")");
  error.set_expected(error.expected() +
                     "; if the change is right, remove that line or say --host <name>");
  return MakeError(std::move(error));
}

absl::Status Connection::Result(const grpc::Status& status) const {
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE) {
    if (absl::Status verdict = verdict_->Get(); !verdict.ok()) return Refused(verdict);
  }
  return StatusOfCall(status, options_.address);
}

absl::Status Connection::TooManyPages() {
  return MakeError(v1::ERROR_CODE_LIMIT_EXCEEDED,
                   {"the answer has more than " + std::to_string(kPagesMax) + " pages", "page",
                    "a narrower question"});
}

}  // namespace liggare::client
