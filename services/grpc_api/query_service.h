// liggare.v1.QueryService over the nodes of this process.
#ifndef SERVICES_GRPC_API_QUERY_SERVICE_H_
#define SERVICES_GRPC_API_QUERY_SERVICE_H_

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/base/thread_annotations.h"
#include "liggare/v1/query_service.grpc.pb.h"
#include "services/ask/frontier_waiters.h"
#include "services/ask/node_queries.h"
#include "services/hosting/hosted_node.h"
#include "services/rpc/call/pooled_calls.h"
#include "services/work/strand.h"

namespace liggare::grpc_api {

// Thread-safe. The nodes and the pool must outlive it; the server that it is
// registered with is stopped before it dies.
class QueryService final : public v1::QueryService::CallbackService {
 public:
  QueryService(const hosting::HostedNodes& nodes, work::WorkerPool& pool,
               ask::NodeQueries::Clock now_ms);

  // Answers every AwaitFrontier, and all that come, with UNAVAILABLE, so that
  // the server can stop. The other methods end by themselves.
  void Stop();

  grpc::ServerUnaryReactor* GetState(grpc::CallbackServerContext* context,
                                     const v1::GetStateRequest* request,
                                     v1::GetStateResponse* response) override;
  grpc::ServerUnaryReactor* ListWithoutEffect(grpc::CallbackServerContext* context,
                                              const v1::ListWithoutEffectRequest* request,
                                              v1::ListWithoutEffectResponse* response) override;
  grpc::ServerUnaryReactor* GetHistory(grpc::CallbackServerContext* context,
                                       const v1::GetHistoryRequest* request,
                                       v1::GetHistoryResponse* response) override;
  grpc::ServerUnaryReactor* ExplainCell(grpc::CallbackServerContext* context,
                                        const v1::ExplainCellRequest* request,
                                        v1::ExplainCellResponse* response) override;
  grpc::ServerUnaryReactor* GetTable(grpc::CallbackServerContext* context,
                                     const v1::GetTableRequest* request,
                                     v1::GetTableResponse* response) override;
  grpc::ServerUnaryReactor* ListFindings(grpc::CallbackServerContext* context,
                                         const v1::ListFindingsRequest* request,
                                         v1::ListFindingsResponse* response) override;
  grpc::ServerUnaryReactor* ListDuties(grpc::CallbackServerContext* context,
                                       const v1::ListDutiesRequest* request,
                                       v1::ListDutiesResponse* response) override;
  grpc::ServerUnaryReactor* ListBrister(grpc::CallbackServerContext* context,
                                        const v1::ListBristerRequest* request,
                                        v1::ListBristerResponse* response) override;
  grpc::ServerUnaryReactor* ListExamples(grpc::CallbackServerContext* context,
                                         const v1::ListExamplesRequest* request,
                                         v1::ListExamplesResponse* response) override;
  grpc::ServerUnaryReactor* ListSubjects(grpc::CallbackServerContext* context,
                                         const v1::ListSubjectsRequest* request,
                                         v1::ListSubjectsResponse* response) override;
  grpc::ServerUnaryReactor* GetStateDigest(grpc::CallbackServerContext* context,
                                           const v1::GetStateDigestRequest* request,
                                           v1::GetStateDigestResponse* response) override;
  grpc::ServerUnaryReactor* AwaitFrontier(grpc::CallbackServerContext* context,
                                          const v1::AwaitFrontierRequest* request,
                                          v1::AwaitFrontierResponse* response) override;

 private:
  // Asks `question` of the addressed node, on the pool.
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Ask(
      grpc::CallbackServerContext* context, const Request* request, Response* response,
      absl::StatusOr<Response> (ask::NodeQueries::*question)(const Request&) const);
  ask::FrontierWaiters& WaitersOf(const hosting::HostedNode& node);

  const hosting::HostedNodes& nodes_;
  rpc::PooledCalls calls_;
  const ask::NodeQueries::Clock now_ms_;

  std::mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  // By path; made when first needed.
  std::map<std::string, std::unique_ptr<ask::FrontierWaiters>, std::less<>> waiters_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace liggare::grpc_api

#endif  // SERVICES_GRPC_API_QUERY_SERVICE_H_
