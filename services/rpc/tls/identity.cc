#include "services/rpc/tls/identity.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/auth_context.h>

#include <algorithm>
#include <optional>

#include "proto/error/error.h"
#include "proto/name/node_path.h"

namespace liggare::rpc {
namespace {

absl::Status Unauthenticated(std::string message) {
  return MakeError(
      v1::ERROR_CODE_UNAUTHENTICATED,
      {.message = std::move(message),
       .field = "subjectAltName",
       .expected = "a certificate with exactly one URI SAN, " + std::string(name::kUriForm)});
}

absl::Status Denied(const Identity& caller, std::string_view node, const char* act,
                    std::string expected) {
  return MakeError(v1::ERROR_CODE_PERMISSION_DENIED,
                   {.message = caller.uri + " may not " + act + " at " + std::string(node),
                    .field = "node",
                    .expected = std::move(expected)});
}

}  // namespace

absl::StatusOr<Identity> IdentityFromUris(const std::vector<std::string>& uris,
                                          std::string_view trust_domain) {
  if (uris.size() != 1) {
    return Unauthenticated("the certificate has " + std::to_string(uris.size()) + " URI SANs");
  }
  absl::StatusOr<Identity> identity = name::ParseIdentity(uris.front());
  if (!identity.ok()) return Unauthenticated(std::string(identity.status().message()));
  if (identity->trust_domain != trust_domain) {
    return Unauthenticated("the certificate is of the trust domain " + identity->trust_domain +
                           ", not " + std::string(trust_domain));
  }
  return identity;
}

absl::StatusOr<Identity> PeerIdentity(const grpc::AuthContext& context,
                                      std::string_view trust_domain) {
  std::vector<std::string> uris;
  for (const grpc::string_ref& uri : context.FindPropertyValues(GRPC_PEER_URI_PROPERTY_NAME)) {
    uris.emplace_back(uri.data(), uri.size());
  }
  return IdentityFromUris(uris, trust_domain);
}

absl::Status MayRecordAt(const Identity& caller, std::string_view node) {
  if (!caller.path.empty() && caller.path == node) return absl::OkStatus();
  return Denied(caller, node, "record",
                "a certificate of " + std::string(node) + ", of a system or of an operator of it");
}

absl::Status MayOperateAt(const Identity& caller, std::string_view node) {
  if (caller.is_operator() && caller.path == node) return absl::OkStatus();
  return Denied(caller, node, "operate",
                "a certificate of an operator of " + std::string(node) + ", spiffe://" +
                    caller.trust_domain + "/" + std::string(node) + "/operator/<name>");
}

absl::Status MayReadAt(const Identity& caller, std::string_view node) {
  if (!caller.path.empty() && name::IsAtOrBelow(node, caller.path)) return absl::OkStatus();
  return Denied(caller, node, "read",
                "a certificate of " + std::string(node) +
                    ", of a node above it, or of a system or an operator of these");
}

absl::Status MayReplicateTo(const Identity& caller, std::string_view node) {
  if (caller.is_node() && !node.empty() && name::ParentOf(caller.path) == node) {
    return absl::OkStatus();
  }
  return Denied(caller, node, "replicate",
                "a certificate of a node directly below " + std::string(node));
}

absl::Status MayRefillFrom(const Identity& caller, std::string_view node) {
  if (caller.is_node() && !node.empty() &&
      (name::ParentOf(caller.path) == node || name::ParentOf(node) == caller.path)) {
    return absl::OkStatus();
  }
  return Denied(caller, node, "refill",
                "a certificate of the node directly below or above " + std::string(node));
}

}  // namespace liggare::rpc
