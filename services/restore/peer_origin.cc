#include "services/restore/peer_origin.h"

#include <grpcpp/client_context.h>

#include <chrono>
#include <utility>

#include "proto/error/error.h"
#include "services/replication/drive/refill.h"
#include "services/replication/session/key_proof.h"
#include "services/rpc/call/status.h"

namespace liggare::restore {
namespace {

void SetDeadline(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(kAnswerMaxMs));
}

}  // namespace

absl::Status PeerOrigin::Result(const grpc::Status& status) const {
  if (status.ok()) return absl::OkStatus();
  v1::Error error = ErrorOf(rpc::FromGrpcStatus(status));
  error.set_message(name() + ": " + error.message());
  return MakeError(std::move(error));
}

absl::Status PeerOrigin::Prove() {
  v1::GetChallengeRequest request;
  request.set_node(path_);
  v1::GetChallengeResponse response;
  grpc::ClientContext context;
  SetDeadline(context);
  absl::Status status = Result(stub_->GetChallenge(&context, request, &response));
  if (!status.ok()) return status;
  absl::StatusOr<v1::KeyProof> proof = caller_.sign(
      response.enrolment(), replication::RefillProofText(
                                {caller_.trust_domain, caller_.path, path_}, response.challenge()));
  if (!proof.ok()) return proof.status();
  proof_ = *std::move(proof);
  return absl::OkStatus();
}

template <typename Request, typename Response>
absl::Status PeerOrigin::Ask(grpc::Status (v1::ReplicationService::Stub::*method)(
                                 grpc::ClientContext*, const Request&, Response*),
                             Request request, Response& response) {
  for (;;) {
    const bool is_new = !proof_.has_value();
    if (absl::Status status = is_new ? Prove() : absl::OkStatus(); !status.ok()) return status;
    *request.mutable_proof() = *proof_;
    grpc::ClientContext context;
    SetDeadline(context);
    absl::Status status = Result((stub_.get()->*method)(&context, request, &response));
    if (is_new || ErrorOf(status).code() != v1::ERROR_CODE_UNAUTHENTICATED) return status;
    proof_.reset();
  }
}

absl::StatusOr<std::vector<replication::Extent>> PeerOrigin::Holdings() {
  const auto ask =
      [this](const v1::GetHoldingsRequest& asked) -> absl::StatusOr<v1::GetHoldingsResponse> {
    v1::GetHoldingsRequest request = asked;
    v1::GetHoldingsResponse response;
    absl::Status status = Ask(&v1::ReplicationService::Stub::GetHoldings, request, response);
    if (!status.ok()) return status;
    return response;
  };
  absl::StatusOr<replication::Holdings> held = replication::AskForHoldings(path_, ask);
  if (!held.ok()) return held.status();
  enrolment_ = std::move(held->enrolment);
  return std::move(held->logs);
}

absl::StatusOr<v1::Chunk> PeerOrigin::ReadChunk(const std::string& log, Range range) {
  v1::GetChunkRequest request;
  request.set_node(path_);
  request.set_log(log);
  request.set_first_index(range.first);
  request.set_end_index(range.end);
  v1::GetChunkResponse response;
  absl::Status status = Ask(&v1::ReplicationService::Stub::GetChunk, request, response);
  if (!status.ok()) return status;
  return std::move(*response.mutable_chunk());
}

}  // namespace liggare::restore
