#include "services/admin/admin_service.h"

#include <utility>

#include "proto/error/error.h"
#include "services/admin/node_status.h"
#include "services/hosting/addressed_node.h"
#include "services/rpc/status.h"

namespace liggare::admin {

AdminService::AdminService(const hosting::HostedNodes& nodes, rpc::WorkerPool& pool,
                           std::string version)
    : nodes_(nodes), pool_(pool), version_(std::move(version)) {}

absl::Status AdminService::Answer(const grpc::AuthContext& caller,
                                  const v1::GetStatusRequest& request,
                                  v1::GetStatusResponse& response) const {
  response.set_version(version_);
  if (!request.node().empty()) {
    absl::StatusOr<hosting::AddressedNode> target =
        hosting::NodeForReading(nodes_, caller, request.node());
    if (!target.ok()) return target.status();
    *response.add_nodes() = StatusOf(target->node);
    return absl::OkStatus();
  }
  absl::StatusOr<rpc::Identity> identity = hosting::CallerOf(nodes_, caller);
  if (!identity.ok()) return identity.status();
  for (const auto& [path, node] : nodes_.all()) {
    if (rpc::MayReadAt(*identity, path).ok()) *response.add_nodes() = StatusOf(node);
  }
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* AdminService::GetStatus(grpc::CallbackServerContext* context,
                                                  const v1::GetStatusRequest* request,
                                                  v1::GetStatusResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const bool posted = pool_.Post([this, context, request, response, reactor] {
    reactor->Finish(rpc::ToGrpcStatus(Answer(*context->auth_context(), *request, *response)));
  });
  if (!posted) {
    reactor->Finish(rpc::ToGrpcStatus(
        MakeError(v1::ERROR_CODE_UNAVAILABLE, {.message = "the process is stopping"})));
  }
  return reactor;
}

}  // namespace liggare::admin
