// The parent's side of replication over gRPC: takes a child's stream, checks who
// it is, and runs a session with the node it addresses.
#ifndef SERVICES_REPLICATION_DRIVE_REPLICATION_SERVICE_H_
#define SERVICES_REPLICATION_DRIVE_REPLICATION_SERVICE_H_

#include <grpcpp/support/server_callback.h>

#include <functional>
#include <string_view>

#include "absl/status/statusor.h"
#include "liggare/v1/replication_service.grpc.pb.h"
#include "services/replication/drive/replication_node.h"
#include "services/rpc/call/pooled_calls.h"
#include "services/rpc/tls/identity.h"
#include "services/work/strand.h"

namespace liggare::replication {

// How long a child may take to say hello.
inline constexpr int64_t kHelloMaxMs = 10'000;

class ReplicationService : public v1::ReplicationService::CallbackService {
 public:
  struct Options {
    // The hosted node of a path; null if there is none. Called from any thread;
    // the node must live until the server has been shut down.
    std::function<ReplicationNode*(std::string_view path)> find;
    // Who calls: rpc::PeerIdentity of the call's certificate.
    std::function<absl::StatusOr<rpc::Identity>(const grpc::CallbackServerContext&)> identify;
    work::Timer& timer;
    work::WorkerPool& workers;
  };
  explicit ReplicationService(Options options)
      : options_(std::move(options)), calls_(options_.workers, {.running_max = 1}) {}

  grpc::ServerBidiReactor<v1::ReplicateRequest, v1::ReplicateResponse>* Replicate(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* GetChallenge(grpc::CallbackServerContext* context,
                                         const v1::GetChallengeRequest* request,
                                         v1::GetChallengeResponse* response) override;
  grpc::ServerUnaryReactor* GetHoldings(grpc::CallbackServerContext* context,
                                        const v1::GetHoldingsRequest* request,
                                        v1::GetHoldingsResponse* response) override;
  grpc::ServerUnaryReactor* GetChunk(grpc::CallbackServerContext* context,
                                     const v1::GetChunkRequest* request,
                                     v1::GetChunkResponse* response) override;

 private:
  class Call;
  const Options options_;
  rpc::PooledCalls calls_;
};

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_DRIVE_REPLICATION_SERVICE_H_
