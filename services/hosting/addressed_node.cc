#include "services/hosting/addressed_node.h"

#include <string>
#include <utility>

#include "proto/error/error.h"

namespace liggare::hosting {
namespace {

using Permission = absl::Status (*)(const rpc::Identity& caller, std::string_view node);

absl::StatusOr<AddressedNode> FindNode(const HostedNodes& nodes, const grpc::AuthContext& context,
                                       std::string_view node, Permission may) {
  absl::StatusOr<rpc::Identity> caller = CallerOf(nodes, context);
  if (!caller.ok()) return caller.status();
  const std::string path(node.empty() ? caller->path : node);
  if (absl::Status allowed = may(*caller, path); !allowed.ok()) return allowed;
  if (const HostedNode* found = nodes.Find(path)) return AddressedNode{*found, *std::move(caller)};
  return MakeError(v1::ERROR_CODE_UNKNOWN_NODE, {.message = path + " is not hosted here",
                                                 .field = "node",
                                                 .expected = "the address of the host of " + path});
}

}  // namespace

absl::StatusOr<rpc::Identity> CallerOf(const HostedNodes& nodes, const grpc::AuthContext& caller) {
  if (nodes.all().empty()) {
    return MakeError(v1::ERROR_CODE_UNKNOWN_NODE, {.message = "no node is hosted here"});
  }
  return rpc::PeerIdentity(caller, nodes.all().begin()->second.log.trust_domain());
}

absl::StatusOr<AddressedNode> NodeForReading(const HostedNodes& nodes,
                                             const grpc::AuthContext& caller,
                                             std::string_view node) {
  return FindNode(nodes, caller, node, rpc::MayReadAt);
}

absl::StatusOr<AddressedNode> NodeForRecording(const HostedNodes& nodes,
                                               const grpc::AuthContext& caller,
                                               std::string_view node) {
  return FindNode(nodes, caller, node, rpc::MayRecordAt);
}

absl::StatusOr<AddressedNode> NodeForOperating(const HostedNodes& nodes,
                                               const grpc::AuthContext& caller,
                                               std::string_view node) {
  return FindNode(nodes, caller, node, rpc::MayOperateAt);
}

}  // namespace liggare::hosting
