// Who is at the other end: the one URI SAN of the peer's certificate
// (proto/name/identity.h), and what it may ask for. docs/authority.md is the same as a
// table.
//
// Authority follows the path, whatever a request claims. Values; pure functions.
#ifndef SERVICES_RPC_TLS_IDENTITY_H_
#define SERVICES_RPC_TLS_IDENTITY_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/name/identity.h"

namespace grpc {
class AuthContext;
}

namespace liggare::rpc {

using name::Identity;

// The identity in a certificate with these URI SANs: UNAUTHENTICATED unless
// there is exactly one, it is well formed and of `trust_domain`.
absl::StatusOr<Identity> IdentityFromUris(const std::vector<std::string>& uris,
                                          std::string_view trust_domain);

// The same for the peer of a call.
absl::StatusOr<Identity> PeerIdentity(const grpc::AuthContext& context,
                                      std::string_view trust_domain);

// OK if the caller may record at `node`: the node itself, one of its systems or one of its
// operators. Which events, the certificate decides (domain/authority.h).
// PERMISSION_DENIED otherwise.
absl::Status MayRecordAt(const Identity& caller, std::string_view node);

// OK if the caller may have `node` backed up: one of its operators.
absl::Status MayOperateAt(const Identity& caller, std::string_view node);

// OK if the caller may read at `node`: it, its ancestors, their systems and operators.
absl::Status MayReadAt(const Identity& caller, std::string_view node);

// OK if the caller may replicate to `node`: a node, and its direct child.
absl::Status MayReplicateTo(const Identity& caller, std::string_view node);

// OK if the caller may fetch from `node` what it has lost: a node, and its direct
// child or its parent.
absl::Status MayRefillFrom(const Identity& caller, std::string_view node);

}  // namespace liggare::rpc

#endif  // SERVICES_RPC_TLS_IDENTITY_H_
