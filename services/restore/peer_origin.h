// A peer of the node that is being restored, over gRPC.
#ifndef SERVICES_RESTORE_PEER_ORIGIN_H_
#define SERVICES_RESTORE_PEER_ORIGIN_H_

#include <grpcpp/channel.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "liggare/v1/replication_service.grpc.pb.h"
#include "services/restore/log_origin.h"

namespace liggare::restore {

// How long a peer may take to answer one call.
inline constexpr int64_t kAnswerMaxMs = 60'000;

// Who asks, and how it proves its signing key.
struct RefillCaller {
  std::string trust_domain;
  std::string path;
  // Signs the text with the key to be used; `enrolment` is what the peer says of it.
  std::function<absl::StatusOr<v1::KeyProof>(const v1::EnrolmentChain& enrolment,
                                             const std::string& text)>
      sign;
};

// Errors are the peer's own, or UNAVAILABLE if it can't be reached; their message
// names it.
class PeerOrigin : public Peer {
 public:
  // `path` is the peer's; `channel` shows the certificate of the caller.
  PeerOrigin(std::string path, std::string address, RefillCaller caller,
             std::shared_ptr<grpc::Channel> channel)
      : path_(std::move(path)),
        address_(std::move(address)),
        caller_(std::move(caller)),
        stub_(v1::ReplicationService::NewStub(std::move(channel))) {}

  std::string name() const override { return path_ + " (" + address_ + ")"; }
  absl::StatusOr<std::vector<replication::Extent>> Holdings() override;
  absl::StatusOr<v1::Chunk> ReadChunk(const std::string& log, Range range) override;

  const v1::EnrolmentChain& enrolment() const override { return enrolment_; }

 private:
  absl::Status Result(const grpc::Status& status) const;
  // Signs a challenge of the peer's.
  absl::Status Prove();
  // Sends the request with the proof, or with a new one once it counts no more.
  template <typename Request, typename Response>
  absl::Status Ask(grpc::Status (v1::ReplicationService::Stub::*method)(grpc::ClientContext*,
                                                                        const Request&, Response*),
                   Request request, Response& response);

  const std::string path_;
  const std::string address_;
  const RefillCaller caller_;
  const std::unique_ptr<v1::ReplicationService::Stub> stub_;
  v1::EnrolmentChain enrolment_;
  std::optional<v1::KeyProof> proof_;
};

}  // namespace liggare::restore

#endif  // SERVICES_RESTORE_PEER_ORIGIN_H_
