// Mutual TLS. Every process and every node has a certificate with exactly one
// URI SAN (identity.h), issued under one authority; both ends of a connection
// show theirs and check the other's. TLS 1.2 or 1.3.
//
// The files are read again every few seconds (Renew): a renewed certificate, key or
// authority is used by the next connection, and those that stand go on. Files that
// are not right together change nothing: gRPC never sees them (kept_files.h).
#ifndef SERVICES_RPC_TLS_CREDENTIALS_H_
#define SERVICES_RPC_TLS_CREDENTIALS_H_

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/rpc/tls/identity.h"
#include "services/rpc/tls/kept_files.h"

namespace liggare::rpc {

class PeerJudge;

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
  Identity identity;           // Of the certificate.
  int64_t not_after_s = 0;     // When it ends, in seconds since 1970;
  int64_t ca_not_after_s = 0;  // when the authority above it does.
  // What the connections that are made with this show and trust. Shared by what is
  // renewed and what it is renewed from.
  std::shared_ptr<KeptFiles> kept;
};

// How often the files are read again, and how often gRPC looks for what changed.
inline constexpr unsigned kRereadSeconds = 5;

// Reads the files and checks them: readable (the key by its owner alone), PEM,
// the key is the certificate's, the certificate is valid at `now_s` (seconds since
// 1970) and issued under `ca`, it has exactly one URI SAN, of `trust_domain`, and its
// usages are those of a server for a host, of a client for everybody else.
// CONFIGURATION otherwise; the message names the file, and `field` is the one of
// CredentialFiles concerned.
absl::StatusOr<Credentials> LoadCredentials(const CredentialFiles& files,
                                            std::string_view trust_domain, int64_t now_s);

// Reads the files again and checks them as LoadCredentials does. If they are right,
// and of the same name as before, they are shown and trusted by connections that are
// made from now on, and are the answer. Otherwise the error, and all stays as it is;
// so it does if the files have not changed and the certificate has expired.
absl::StatusOr<Credentials> Renew(const Credentials& own, int64_t now_s);

// How a connection is made.
struct TlsOptions {
  // Judges the peer's certificate at the handshake; null: one that knows the
  // trust domain alone.
  std::shared_ptr<const PeerJudge> judge = nullptr;
  unsigned reread_s = kRereadSeconds;
  // Told of each peer whose certificate is refused, by its names and number, and why; on
  // a thread of gRPC's, so it must return at once. May be empty.
  std::function<void(const std::string& certificate, const absl::Status& why)> on_refused = {};
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

#endif  // SERVICES_RPC_TLS_CREDENTIALS_H_
