// Mutual TLS. Every process and every node has a certificate with exactly one
// URI SAN (identity.h), issued under one authority; both ends of a connection
// show theirs and check the other's. TLS 1.2 or 1.3.
//
// The files are read again every few seconds: a renewed certificate, key or
// authority is used by the next connection, and those that stand go on. The
// three must change together: let a symbolic link to a directory be part of their
// paths, and replace the link (docs/operations.md). While a file cannot be read,
// or the key is not the certificate's, new connections fail.
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
#include "services/rpc/peer_judge.h"

namespace liggare::rpc {

inline constexpr size_t kPemBytesMax = 1024 * 1024;

// Paths of PEM files.
struct CredentialFiles {
  std::string ca;           // The authority, or several.
  std::string certificate;  // One's own, then any intermediates.
  std::string key;          // Its private key.
};

// Files that were checked when they were read.
struct Credentials {
  CredentialFiles files;
  Identity identity;  // Of the certificate.
};

inline constexpr unsigned kRereadSeconds = 10;

// Reads the files and checks them: readable (the key by its owner alone), PEM,
// the key is the certificate's,
// the certificate is valid at `now_s` (seconds since 1970) and issued under `ca`,
// it has exactly one URI SAN, of `trust_domain`. CONFIGURATION otherwise; the
// message names the file, and `field` is the one of CredentialFiles concerned.
absl::StatusOr<Credentials> LoadCredentials(const CredentialFiles& files,
                                            std::string_view trust_domain, int64_t now_s);

// How a connection is made.
struct TlsOptions {
  // Judges the peer's certificate at the handshake; null: one that knows the
  // trust domain alone.
  std::shared_ptr<const PeerJudge> judge = nullptr;
  unsigned reread_s = kRereadSeconds;
};

// For a server. A client without a certificate under the authority, or whose
// certificate the judge refuses, is turned away at the handshake.
std::shared_ptr<grpc::ServerCredentials> ServerCredentials(const Credentials& own,
                                                           const TlsOptions& tls = {});

// Which server a dialler expects.
struct ServerName {
  std::string trust_domain;
  std::string host;  // Empty: any host of the trust domain.
};

// OK if a server is the expected one; UNAUTHENTICATED otherwise.
absl::Status CheckServerName(const Identity& server, const ServerName& expected);

// For a dialler with its own certificate. The server's certificate is judged as a
// client's is; its URI SAN is the name that is checked, not a DNS name.
std::shared_ptr<grpc::ChannelCredentials> ChannelCredentials(const Credentials& own,
                                                             ServerName expected,
                                                             const TlsOptions& tls = {});

}  // namespace liggare::rpc

#endif  // SERVICES_RPC_CREDENTIALS_H_
