#include "clients/cpp/server_identity.h"

#include <functional>
#include <utility>

#include "clients/cpp/certificate.h"
#include "proto/error/error.h"

namespace liggare::client {
namespace {

using grpc::experimental::TlsCustomVerificationCheckRequest;

class ServerVerifier : public grpc::experimental::ExternalCertificateVerifier {
 public:
  ServerVerifier(ExpectedServer expected, std::shared_ptr<HandshakeVerdict> verdict)
      : expected_(std::move(expected)), verdict_(std::move(verdict)) {}
  ~ServerVerifier() override = default;

  bool Verify(TlsCustomVerificationCheckRequest* request, std::function<void(grpc::Status)>,
              grpc::Status* sync_status) override {
    std::vector<std::string> uris;
    for (const grpc::string_ref& uri : request->uri_names()) {
      uris.emplace_back(uri.data(), uri.size());
    }
    const absl::Status verdict = CheckServer(expected_, uris);
    verdict_->Set(verdict, verdict.ok() ? name::ParseIdentity(uris.front())->host : "");
    *sync_status = verdict.ok() ? grpc::Status::OK
                                : grpc::Status(grpc::StatusCode::UNAUTHENTICATED,
                                               std::string(verdict.message()));
    return true;
  }

  void Cancel(TlsCustomVerificationCheckRequest*) override {}

 private:
  const ExpectedServer expected_;
  const std::shared_ptr<HandshakeVerdict> verdict_;
};

std::string Joined(const std::vector<std::string>& uris) {
  std::string text;
  for (const std::string& uri : uris) text += (text.empty() ? "" : ", ") + uri;
  return text.empty() ? "nobody (its certificate has no URI name)" : text;
}

}  // namespace

absl::Status CheckServer(const ExpectedServer& expected, const std::vector<std::string>& uris) {
  const std::string name = expected.host.empty() ? "<name>" : expected.host;
  const auto refused = [&] {
    return MakeError(v1::ERROR_CODE_UNAUTHENTICATED,
                     {"the server is " + Joined(uris), "server",
                      "spiffe://" + expected.trust_domain + "/host/" + name});
  };
  if (uris.size() != 1) return refused();
  const auto identity = name::ParseIdentity(uris.front());
  if (!identity.ok() || identity->host.empty()) return refused();
  if (identity->trust_domain != expected.trust_domain) return refused();
  if (!expected.host.empty() && identity->host != expected.host) return refused();
  return absl::OkStatus();
}

void HandshakeVerdict::Set(absl::Status status, std::string host) {
  const std::lock_guard<std::mutex> lock(mutex_);
  status_ = std::move(status);
  if (!host.empty()) host_ = std::move(host);
}

std::string HandshakeVerdict::host() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return host_;
}

absl::Status HandshakeVerdict::Get() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return status_;
}

std::shared_ptr<grpc::experimental::CertificateVerifier> MakeServerVerifier(
    ExpectedServer expected, std::shared_ptr<HandshakeVerdict> verdict) {
  return grpc::experimental::ExternalCertificateVerifier::Create<ServerVerifier>(
      std::move(expected), std::move(verdict));
}

}  // namespace liggare::client
