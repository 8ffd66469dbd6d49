#include "services/grpc_api/admin_service.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "proto/error/error.h"
#include "services/ask/node_status.h"
#include "services/hosting/addressed_node.h"
#include "services/rpc/call/status.h"

namespace liggare::grpc_api {

AdminService::AdminService(const hosting::HostedNodes& nodes, work::WorkerPool& pool,
                           std::string version,
                           std::function<std::vector<rpc::CertificateState>()> certificates)
    : nodes_(nodes),
      version_(std::move(version)),
      certificates_(std::move(certificates)),
      calls_(pool, rpc::PooledCalls::Limits()),
      backups_(pool, {.running_max = 1, .waiting_max = 16}) {}

void AdminService::AddCertificates(const std::vector<const hosting::HostedNode*>& asked,
                                   v1::GetStatusResponse& response) const {
  if (asked.empty()) return;  // Nothing here is the caller's.
  for (rpc::CertificateState& state : certificates_()) {
    const bool shown =
        state.node.empty() || std::ranges::any_of(asked, [&](const hosting::HostedNode* node) {
          return node->path == state.node;
        });
    if (!shown) continue;
    v1::CertificateStatus& out = *response.add_certificates();
    out.set_node(std::move(state.node));
    out.set_name(std::move(state.name));
    out.set_file(std::move(state.file));
    out.set_not_after_s(state.not_after_s.value_or(0));
    out.set_days_left(state.days_left.value_or(0));
    out.set_problem(std::move(state.problem));
  }
}

absl::Status AdminService::Answer(const grpc::AuthContext& caller,
                                  const v1::GetStatusRequest& request,
                                  v1::GetStatusResponse& response) const {
  response.set_version(version_);
  std::vector<const hosting::HostedNode*> asked;
  if (!request.node().empty()) {
    absl::StatusOr<hosting::AddressedNode> target =
        hosting::NodeForReading(nodes_, caller, request.node());
    if (!target.ok()) return target.status();
    asked.push_back(&target->node);
  } else {
    absl::StatusOr<rpc::Identity> identity = hosting::CallerOf(nodes_, caller);
    if (!identity.ok()) return identity.status();
    for (const auto& [path, node] : nodes_.all()) {
      if (rpc::MayReadAt(*identity, path).ok()) asked.push_back(&node);
    }
  }
  if (request.page().empty()) AddCertificates(asked, response);
  return ask::FillPage(asked, request.page(), response);
}

grpc::ServerUnaryReactor* AdminService::GetStatus(grpc::CallbackServerContext* context,
                                                  const v1::GetStatusRequest* request,
                                                  v1::GetStatusResponse* response) {
  return calls_.Run(context, response, [this, context, request, response]() -> absl::Status {
    return Answer(*context->auth_context(), *request, *response);
  });
}

grpc::ServerUnaryReactor* AdminService::Backup(grpc::CallbackServerContext* context,
                                               const v1::BackupRequest* request,
                                               v1::BackupResponse* response) {
  return backups_.Run(context, response, [this, context, request, response]() -> absl::Status {
    absl::StatusOr<hosting::AddressedNode> target =
        hosting::NodeForOperating(nodes_, *context->auth_context(), request->node());
    if (!target.ok()) return target.status();
    if (!target->node.backup) {
      return MakeError(v1::ERROR_CODE_CONFIGURATION, {.message = "backups are not served here"});
    }
    absl::StatusOr<hosting::BackupMade> made = target->node.backup();
    if (!made.ok()) return made.status();
    response->set_directory(made->directory);
    response->set_backup_id(made->report.backup_id);
    response->set_backups_removed(made->report.backups_removed);
    response->set_bytes(made->report.bytes);
    response->set_bytes_copied(made->report.bytes_copied);
    response->set_entries(made->report.entries);
    v1::LogState& own = *response->mutable_own_log();
    own.set_log(made->report.own_log.name);
    own.set_size(made->report.own_log.size);
    own.set_root(std::string(merkle::HashBytes(made->report.own_log.root)));
    return absl::OkStatus();
  });
}

}  // namespace liggare::grpc_api
