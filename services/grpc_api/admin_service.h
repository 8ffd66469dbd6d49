// AdminService over the hosted nodes (admin_service.proto).
#ifndef SERVICES_GRPC_API_ADMIN_SERVICE_H_
#define SERVICES_GRPC_API_ADMIN_SERVICE_H_

#include <functional>
#include <string>
#include <vector>

#include "liggare/v1/admin_service.grpc.pb.h"
#include "services/hosting/hosted_node.h"
#include "services/rpc/call/pooled_calls.h"
#include "services/rpc/tls/certificate_state.h"
#include "services/work/strand.h"

namespace liggare::grpc_api {

// Thread-safe. The nodes and the pool must outlive the server that this is
// registered with.
class AdminService : public v1::AdminService::CallbackService {
 public:
  // `certificates`: how those of the process and of its nodes stand.
  AdminService(const hosting::HostedNodes& nodes, work::WorkerPool& pool, std::string version,
               std::function<std::vector<rpc::CertificateState>()> certificates);

  // One node, which the caller must be allowed to read at; or all such nodes.
  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                      const v1::GetStatusRequest* request,
                                      v1::GetStatusResponse* response) override;

  // For an operator of the node. Takes its time: one at a time.
  grpc::ServerUnaryReactor* Backup(grpc::CallbackServerContext* context,
                                   const v1::BackupRequest* request,
                                   v1::BackupResponse* response) override;

 private:
  // Of the process, and of the nodes in the answer; none without such a node.
  void AddCertificates(const std::vector<const hosting::HostedNode*>& asked,
                       v1::GetStatusResponse& response) const;
  absl::Status Answer(const grpc::AuthContext& caller, const v1::GetStatusRequest& request,
                      v1::GetStatusResponse& response) const;

  const hosting::HostedNodes& nodes_;
  const std::string version_;
  const std::function<std::vector<rpc::CertificateState>()> certificates_;
  rpc::PooledCalls calls_;
  rpc::PooledCalls backups_;
};

}  // namespace liggare::grpc_api

#endif  // SERVICES_GRPC_API_ADMIN_SERVICE_H_
