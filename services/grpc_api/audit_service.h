// liggare.v1.AuditService over the nodes of this process.
#ifndef SERVICES_GRPC_API_AUDIT_SERVICE_H_
#define SERVICES_GRPC_API_AUDIT_SERVICE_H_

#include "liggare/v1/audit_service.grpc.pb.h"
#include "services/ask/audited_node.h"
#include "services/hosting/hosted_node.h"
#include "services/rpc/call/pooled_calls.h"
#include "services/work/strand.h"

namespace liggare::grpc_api {

// Thread-safe. The nodes and the pool must outlive it; the server that it is
// registered with is stopped before it dies.
class AuditService final : public v1::AuditService::CallbackService {
 public:
  AuditService(const hosting::HostedNodes& nodes, work::WorkerPool& pool);

  grpc::ServerUnaryReactor* GetReceipt(grpc::CallbackServerContext* context,
                                       const v1::GetReceiptRequest* request,
                                       v1::GetReceiptResponse* response) override;
  grpc::ServerUnaryReactor* GetCheckpoint(grpc::CallbackServerContext* context,
                                          const v1::GetCheckpointRequest* request,
                                          v1::GetCheckpointResponse* response) override;
  grpc::ServerUnaryReactor* GetConsistencyProof(grpc::CallbackServerContext* context,
                                                const v1::GetConsistencyProofRequest* request,
                                                v1::GetConsistencyProofResponse* response) override;
  grpc::ServerUnaryReactor* GetEnrolmentChain(grpc::CallbackServerContext* context,
                                              const v1::GetEnrolmentChainRequest* request,
                                              v1::GetEnrolmentChainResponse* response) override;
  grpc::ServerUnaryReactor* CompareCheckpoint(grpc::CallbackServerContext* context,
                                              const v1::CompareCheckpointRequest* request,
                                              v1::CompareCheckpointResponse* response) override;

 private:
  // Asks `question` of the addressed node, on the pool.
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Ask(grpc::CallbackServerContext* context, const Request* request,
                                Response* response,
                                absl::StatusOr<Response> (*question)(const ask::AuditedNode&,
                                                                     const Request&));

  const hosting::HostedNodes& nodes_;
  rpc::PooledCalls calls_;
};

}  // namespace liggare::grpc_api

#endif  // SERVICES_GRPC_API_AUDIT_SERVICE_H_
