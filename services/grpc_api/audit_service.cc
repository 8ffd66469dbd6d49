#include "services/grpc_api/audit_service.h"

#include <string>
#include <utility>

#include "eventstore/merkle/hash.h"
#include "proto/error/error.h"
#include "proto/name/node_path.h"
#include "services/ask/log_proofs.h"
#include "services/ask/receipt.h"
#include "services/ask/seen_checkpoint.h"
#include "services/hosting/addressed_node.h"
#include "services/replication/chunks/enrolment_chain.h"

namespace liggare::grpc_api {
namespace {

absl::StatusOr<v1::GetReceiptResponse> Receipt(const ask::AuditedNode& node,
                                               const v1::GetReceiptRequest& request) {
  const auto place = ask::PlaceOf(node, request);
  if (!place.ok()) return place.status();
  auto receipt = ask::BuildReceipt(node, *place);
  if (!receipt.ok()) return receipt.status();
  v1::GetReceiptResponse response;
  *response.mutable_receipt() = *std::move(receipt);
  return response;
}

absl::StatusOr<v1::GetCheckpointResponse> Checkpoint(const ask::AuditedNode& node,
                                                     const v1::GetCheckpointRequest& request) {
  auto newest =
      ask::NewestCheckpoint(node, request.log().empty() ? node.log.own_log() : request.log());
  if (!newest.ok()) return newest.status();
  v1::GetCheckpointResponse response;
  response.set_checkpoint(std::move(newest->note));
  return response;
}

absl::StatusOr<v1::GetConsistencyProofResponse> Consistency(
    const ask::AuditedNode& node, const v1::GetConsistencyProofRequest& request) {
  const auto proof = ask::ProveConsistency(node, request);
  if (!proof.ok()) return proof.status();
  v1::GetConsistencyProofResponse response;
  for (const merkle::Hash& hash : *proof) {
    response.add_proof(std::string(merkle::HashBytes(hash)));
  }
  return response;
}

absl::StatusOr<v1::GetEnrolmentChainResponse> Chain(const ask::AuditedNode& node,
                                                    const v1::GetEnrolmentChainRequest& request) {
  if (absl::Status path = name::CheckNodePath(request.path()); !path.ok()) {
    v1::Error error = ErrorOf(path);
    error.set_field("path");
    return MakeError(std::move(error));
  }
  auto chain =
      replication::BuildEnrolmentChain(node.log, node.sequencer, node.keys, request.path());
  if (!chain.ok()) return chain.status();
  v1::GetEnrolmentChainResponse response;
  *response.mutable_chain() = *std::move(chain);
  return response;
}

}  // namespace

AuditService::AuditService(const hosting::HostedNodes& nodes, work::WorkerPool& pool)
    : nodes_(nodes), calls_(pool, rpc::PooledCalls::Limits{.running_max = 1}) {}

template <typename Request, typename Response>
grpc::ServerUnaryReactor* AuditService::Ask(
    grpc::CallbackServerContext* context, const Request* request, Response* response,
    absl::StatusOr<Response> (*question)(const ask::AuditedNode&, const Request&)) {
  return calls_.Run(
      context, response, [this, context, request, response, question]() -> absl::Status {
        const auto addressed =
            hosting::NodeForReading(nodes_, *context->auth_context(), request->node());
        if (!addressed.ok()) return addressed.status();
        const hosting::HostedNode& node = addressed->node;
        const ask::AuditedNode audited = {.log = node.log,
                                          .sequencer = node.sequencer,
                                          .keys = node.keys,
                                          .compare = node.compare_checkpoint};
        return rpc::Deliver(question(audited, *request), response);
      });
}

grpc::ServerUnaryReactor* AuditService::GetReceipt(grpc::CallbackServerContext* context,
                                                   const v1::GetReceiptRequest* request,
                                                   v1::GetReceiptResponse* response) {
  return Ask(context, request, response, &Receipt);
}

grpc::ServerUnaryReactor* AuditService::GetCheckpoint(grpc::CallbackServerContext* context,
                                                      const v1::GetCheckpointRequest* request,
                                                      v1::GetCheckpointResponse* response) {
  return Ask(context, request, response, &Checkpoint);
}

grpc::ServerUnaryReactor* AuditService::GetConsistencyProof(
    grpc::CallbackServerContext* context, const v1::GetConsistencyProofRequest* request,
    v1::GetConsistencyProofResponse* response) {
  return Ask(context, request, response, &Consistency);
}

grpc::ServerUnaryReactor* AuditService::GetEnrolmentChain(
    grpc::CallbackServerContext* context, const v1::GetEnrolmentChainRequest* request,
    v1::GetEnrolmentChainResponse* response) {
  return Ask(context, request, response, &Chain);
}

grpc::ServerUnaryReactor* AuditService::CompareCheckpoint(
    grpc::CallbackServerContext* context, const v1::CompareCheckpointRequest* request,
    v1::CompareCheckpointResponse* response) {
  return Ask(context, request, response, &ask::CompareSeen);
}

}  // namespace liggare::grpc_api
