// What callers are told apart by where they share something.
#ifndef SERVICES_RPC_TLS_PEER_NAME_H_
#define SERVICES_RPC_TLS_PEER_NAME_H_

#include <grpcpp/security/auth_context.h>

#include <string>
#include <vector>

namespace liggare::rpc {

// The URI SANs of the peer's certificate, whether or not it may call: who may is
// said elsewhere (identity.h). Empty without a certificate.
std::string PeerName(const grpc::AuthContext& context);
// The same of a certificate with these.
std::string PeerName(const std::vector<std::string>& uris);

// The peer's certificates, in PEM: its own, then those that it showed beside it.
// Empty without one.
std::string PeerPem(const grpc::AuthContext& context);

}  // namespace liggare::rpc

#endif  // SERVICES_RPC_TLS_PEER_NAME_H_
