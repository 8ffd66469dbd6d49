// Mutual TLS. Every process and every node has a certificate with exactly one
// URI SAN (identity.h), issued under one authority; both ends of a connection
// show theirs and check the other's. TLS 1.2 or 1.3.
//
// The files are read once: a renewed certificate takes effect when the process
// is started again.
#ifndef SERVICES_RPC_CREDENTIALS_H_
#define SERVICES_RPC_CREDENTIALS_H_

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/rpc/identity.h"

namespace liggare::rpc {

inline constexpr size_t kPemBytesMax = 1024 * 1024;

// Paths of PEM files.
struct CredentialFiles {
  std::string ca;           // The authority, or several.
  std::string certificate;  // One's own, then any intermediates.
  std::string key;          // Its private key.
};

// What the files hold, checked.
struct Credentials {
  std::string ca_pem;
  std::string certificate_pem;
  std::string key_pem;
  Identity identity;  // Of the certificate.
};

// Reads the files and checks them: readable, PEM, the key is the certificate's,
// the certificate is valid at `now_s` (seconds since 1970) and issued under `ca`,
// it has exactly one URI SAN, of `trust_domain`. CONFIGURATION otherwise; the
// message names the file, and `field` is the one of CredentialFiles concerned.
absl::StatusOr<Credentials> LoadCredentials(const CredentialFiles& files,
                                            std::string_view trust_domain, int64_t now_s);

// For a server: a client without a certificate under the authority is refused.
std::shared_ptr<grpc::ServerCredentials> ServerCredentials(const Credentials& own);

// Which server a dialler expects.
struct ServerName {
  std::string trust_domain;
  std::string host;  // Empty: any host of the trust domain.
};

// OK if the URI SANs of a server's certificate are exactly the expected one;
// UNAUTHENTICATED otherwise.
absl::Status CheckServerName(const std::vector<std::string>& uris, const ServerName& expected);

// For a dialler with its own certificate. The server's URI SAN is checked, not
// a DNS name.
std::shared_ptr<grpc::ChannelCredentials> ChannelCredentials(const Credentials& own,
                                                             ServerName expected);

}  // namespace liggare::rpc

#endif  // SERVICES_RPC_CREDENTIALS_H_
