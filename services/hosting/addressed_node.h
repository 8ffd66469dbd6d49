// Which hosted node a call is for, and whether its caller may do what it asks:
// the first thing that every service method does.
//
//   absl::StatusOr<AddressedNode> target =
//       NodeForReading(nodes, *context->auth_context(), request->node());
#ifndef SERVICES_HOSTING_ADDRESSED_NODE_H_
#define SERVICES_HOSTING_ADDRESSED_NODE_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "services/hosting/hosted_node.h"
#include "services/rpc/tls/identity.h"

namespace grpc {
class AuthContext;
}

namespace liggare::hosting {

struct AddressedNode {
  const HostedNode& node;
  rpc::Identity caller;
};

// `node` is the request's field; empty means the path of the caller's own
// certificate. UNAUTHENTICATED without an acceptable identity, PERMISSION_DENIED
// if the caller may not (identity.h), UNKNOWN_NODE if it is not hosted here. The
// permission is checked first: a stranger does not learn what is hosted.
absl::StatusOr<AddressedNode> NodeForReading(const HostedNodes& nodes,
                                             const grpc::AuthContext& caller,
                                             std::string_view node);
absl::StatusOr<AddressedNode> NodeForRecording(const HostedNodes& nodes,
                                               const grpc::AuthContext& caller,
                                               std::string_view node);

absl::StatusOr<AddressedNode> NodeForOperating(const HostedNodes& nodes,
                                               const grpc::AuthContext& caller,
                                               std::string_view node);

// Who is calling.
absl::StatusOr<rpc::Identity> CallerOf(const HostedNodes& nodes, const grpc::AuthContext& caller);

}  // namespace liggare::hosting

#endif  // SERVICES_HOSTING_ADDRESSED_NODE_H_
