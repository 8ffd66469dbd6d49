// Who the server is: its certificate's one URI SAN must be
// spiffe://<trust domain>/host/<name>. A DNS name plays no part.
#ifndef CLIENTS_CPP_SERVER_IDENTITY_H_
#define CLIENTS_CPP_SERVER_IDENTITY_H_

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "grpcpp/security/tls_certificate_verifier.h"

namespace liggare::client {

// Whom the caller means to speak with.
struct ExpectedServer {
  std::string trust_domain;
  std::string host;  // Empty: any host of the trust domain.
};

// OK if the URI names of a server's certificate are those of `expected`;
// otherwise UNAUTHENTICATED, naming who it is.
absl::Status CheckServer(const ExpectedServer& expected, const std::vector<std::string>& uris);

// Whom the last handshake met, and why it was refused if it was, for the caller to
// report. Thread-safe.
class HandshakeVerdict {
 public:
  void Set(absl::Status status, std::string host);
  absl::Status Get() const;
  // Of the server that was accepted last; empty if none was.
  std::string host() const;

 private:
  mutable std::mutex mutex_;
  absl::Status status_;
  std::string host_;
};

// A verifier for gRPC's TLS credentials that applies CheckServer and leaves its
// result in `verdict`.
std::shared_ptr<grpc::experimental::CertificateVerifier> MakeServerVerifier(
    ExpectedServer expected, std::shared_ptr<HandshakeVerdict> verdict);

}  // namespace liggare::client

#endif  // CLIENTS_CPP_SERVER_IDENTITY_H_
