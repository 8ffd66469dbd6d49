// A peer of the node that is being restored, over gRPC.
#ifndef SERVICES_RESTORE_PEER_ORIGIN_H_
#define SERVICES_RESTORE_PEER_ORIGIN_H_

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "liggare/v1/replication_service.grpc.pb.h"
#include "services/restore/log_origin.h"

namespace liggare::restore {

// How long a peer may take to answer one call.
inline constexpr int64_t kAnswerMaxMs = 60'000;

// Errors are the peer's own, or UNAVAILABLE if it can't be reached; their message
// names it.
class PeerOrigin : public Peer {
 public:
  // `path` is the peer's; `channel` shows the certificate of the node.
  PeerOrigin(std::string path, std::string address, std::shared_ptr<grpc::Channel> channel)
      : path_(std::move(path)),
        address_(std::move(address)),
        stub_(v1::ReplicationService::NewStub(std::move(channel))) {}

  std::string name() const override { return path_ + " (" + address_ + ")"; }
  absl::StatusOr<std::vector<replication::Extent>> Holdings() override;
  absl::StatusOr<v1::Chunk> ReadChunk(const std::string& log, Range range) override;

  const v1::EnrolmentChain& enrolment() const override { return enrolment_; }

 private:
  absl::Status Result(const grpc::Status& status) const;

  const std::string path_;
  const std::string address_;
  const std::unique_ptr<v1::ReplicationService::Stub> stub_;
  v1::EnrolmentChain enrolment_;
};

}  // namespace liggare::restore

#endif  // SERVICES_RESTORE_PEER_ORIGIN_H_
