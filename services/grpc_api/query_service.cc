#include "services/grpc_api/query_service.h"

#include <utility>

#include "proto/error/error.h"
#include "services/hosting/addressed_node.h"
#include "services/rpc/call/status.h"

namespace liggare::grpc_api {
namespace {

// A call that waits for commits. Whoever takes it from the waiters finishes it.
class AwaitCall final : public grpc::ServerUnaryReactor {
 public:
  AwaitCall(ask::FrontierWaiters& waiters, const v1::AwaitFrontierRequest& request,
            const std::string& caller)
      : waiters_(waiters) {
    StartSendInitialMetadata();  // The caller may know that it waits from here on.
    ticket_ = waiters_.Wait(
        request, caller, [this](const absl::Status& status) { Finish(rpc::ToGrpcStatus(status)); });
  }

  // The caller has gone or its deadline has passed. Never runs before the
  // constructor has returned: gRPC gets the reactor only then.
  void OnCancel() override {
    if (!waiters_.Cancel(ticket_)) return;
    Finish(rpc::ToGrpcStatus(MakeError(v1::ERROR_CODE_DEADLINE_EXCEEDED,
                                       {.message = "the entries did not come in time"})));
  }

  void OnDone() override { delete this; }

 private:
  ask::FrontierWaiters& waiters_;
  ask::FrontierWaiters::Ticket ticket_ = 0;
};

}  // namespace

QueryService::QueryService(const hosting::HostedNodes& nodes, work::WorkerPool& pool,
                           ask::NodeQueries::Clock now_ms)
    : nodes_(nodes), calls_(pool, rpc::PooledCalls::Limits()), now_ms_(std::move(now_ms)) {}

void QueryService::Stop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
  for (auto& [path, waiters] : waiters_) waiters->Stop();
}

template <typename Request, typename Response>
grpc::ServerUnaryReactor* QueryService::Ask(
    grpc::CallbackServerContext* context, const Request* request, Response* response,
    absl::StatusOr<Response> (ask::NodeQueries::*question)(const Request&) const) {
  return calls_.Run(
      context, response, [this, context, request, response, question]() -> absl::Status {
        const auto addressed =
            hosting::NodeForReading(nodes_, *context->auth_context(), request->node());
        if (!addressed.ok()) return addressed.status();
        const ask::NodeQueries queries(addressed->node.log, addressed->node.states, now_ms_,
                                       addressed->node.smallest_count, ask::kPageBytesMax,
                                       &addressed->node.keys);
        return rpc::Deliver((queries.*question)(*request), response);
      });
}

grpc::ServerUnaryReactor* QueryService::GetState(grpc::CallbackServerContext* context,
                                                 const v1::GetStateRequest* request,
                                                 v1::GetStateResponse* response) {
  return Ask(context, request, response, &ask::NodeQueries::GetState);
}

grpc::ServerUnaryReactor* QueryService::ListWithoutEffect(
    grpc::CallbackServerContext* context, const v1::ListWithoutEffectRequest* request,
    v1::ListWithoutEffectResponse* response) {
  return Ask(context, request, response, &ask::NodeQueries::ListWithoutEffect);
}

grpc::ServerUnaryReactor* QueryService::GetHistory(grpc::CallbackServerContext* context,
                                                   const v1::GetHistoryRequest* request,
                                                   v1::GetHistoryResponse* response) {
  return Ask(context, request, response, &ask::NodeQueries::GetHistory);
}

grpc::ServerUnaryReactor* QueryService::ExplainCell(grpc::CallbackServerContext* context,
                                                    const v1::ExplainCellRequest* request,
                                                    v1::ExplainCellResponse* response) {
  return Ask(context, request, response, &ask::NodeQueries::ExplainCell);
}

grpc::ServerUnaryReactor* QueryService::GetTable(grpc::CallbackServerContext* context,
                                                 const v1::GetTableRequest* request,
                                                 v1::GetTableResponse* response) {
  return Ask(context, request, response, &ask::NodeQueries::GetTable);
}

grpc::ServerUnaryReactor* QueryService::ListFindings(grpc::CallbackServerContext* context,
                                                     const v1::ListFindingsRequest* request,
                                                     v1::ListFindingsResponse* response) {
  return Ask(context, request, response, &ask::NodeQueries::ListFindings);
}

grpc::ServerUnaryReactor* QueryService::ListDuties(grpc::CallbackServerContext* context,
                                                   const v1::ListDutiesRequest* request,
                                                   v1::ListDutiesResponse* response) {
  return Ask(context, request, response, &ask::NodeQueries::ListDuties);
}

grpc::ServerUnaryReactor* QueryService::ListBrister(grpc::CallbackServerContext* context,
                                                    const v1::ListBristerRequest* request,
                                                    v1::ListBristerResponse* response) {
  return Ask(context, request, response, &ask::NodeQueries::ListBrister);
}

grpc::ServerUnaryReactor* QueryService::ListExamples(grpc::CallbackServerContext* context,
                                                     const v1::ListExamplesRequest* request,
                                                     v1::ListExamplesResponse* response) {
  return Ask(context, request, response, &ask::NodeQueries::ListExamples);
}

grpc::ServerUnaryReactor* QueryService::ListSubjects(grpc::CallbackServerContext* context,
                                                     const v1::ListSubjectsRequest* request,
                                                     v1::ListSubjectsResponse* response) {
  return Ask(context, request, response, &ask::NodeQueries::ListSubjects);
}

grpc::ServerUnaryReactor* QueryService::GetStateDigest(grpc::CallbackServerContext* context,
                                                       const v1::GetStateDigestRequest* request,
                                                       v1::GetStateDigestResponse* response) {
  return Ask(context, request, response, &ask::NodeQueries::GetStateDigest);
}

grpc::ServerUnaryReactor* QueryService::AwaitFrontier(grpc::CallbackServerContext* context,
                                                      const v1::AwaitFrontierRequest* request,
                                                      v1::AwaitFrontierResponse*) {
  const auto addressed = hosting::NodeForReading(nodes_, *context->auth_context(), request->node());
  if (!addressed.ok()) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(rpc::ToGrpcStatus(addressed.status()));
    return reactor;
  }
  return new AwaitCall(WaitersOf(addressed->node), *request, addressed->caller.uri);
}

ask::FrontierWaiters& QueryService::WaitersOf(const hosting::HostedNode& node) {
  std::lock_guard lock(mutex_);
  std::unique_ptr<ask::FrontierWaiters>& waiters = waiters_[node.path];
  if (waiters == nullptr) {
    waiters = std::make_unique<ask::FrontierWaiters>(node.log);
    if (stopped_) waiters->Stop();
  }
  return *waiters;
}

}  // namespace liggare::grpc_api
