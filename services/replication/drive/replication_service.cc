#include "services/replication/drive/replication_service.h"

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "proto/error/error.h"
#include "proto/name/node_path.h"
#include "services/replication/drive/refill.h"
#include "services/replication/drive/session_driver.h"
#include "services/rpc/call/status.h"

namespace liggare::replication {

// One stream of a child. Keeps itself alive until OnDone.
class ReplicationService::Call
    : public grpc::ServerBidiReactor<v1::ReplicateRequest, v1::ReplicateResponse>,
      public FrameStream,
      public std::enable_shared_from_this<ReplicationService::Call> {
 public:
  Call(const Options& options, std::string peer_address)
      : options_(options), peer_address_(std::move(peer_address)) {}

  void Start(absl::StatusOr<rpc::Identity> identity);

  // FrameStream.
  void Write(v1::Frame frame) override;
  void Read() override { StartRead(&request_); }
  void Close(const absl::Status& status) override { Finish(rpc::ToGrpcStatus(status)); }

  // Reactions.
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override { Broken("The call was cancelled."); }
  void OnDone() override { self_.reset(); }

 private:
  // The first frame: finds the node and begins the session, or says why not.
  void Greet(v1::Frame frame);
  absl::StatusOr<ReplicationNode*> Addressed(const v1::Frame& frame) const;
  // Before there is a session.
  void Refuse(const absl::Status& status);
  void Broken(const std::string& message);
  std::shared_ptr<SessionDriver> driver() {
    std::lock_guard lock(mutex_);
    return driver_;
  }

  const Options& options_;
  const std::string peer_address_;
  std::shared_ptr<Call> self_;
  rpc::Identity identity_;
  v1::ReplicateRequest request_;
  v1::ReplicateResponse response_;
  std::mutex mutex_;
  bool refused_ ABSL_GUARDED_BY(mutex_) = false;
  std::shared_ptr<SessionDriver> driver_ ABSL_GUARDED_BY(mutex_);
};

void ReplicationService::Call::Start(absl::StatusOr<rpc::Identity> identity) {
  self_ = shared_from_this();
  if (!identity.ok()) return Refuse(identity.status());
  identity_ = *std::move(identity);
  options_.timer.After(kHelloMaxMs, [weak = weak_from_this()] {
    auto call = weak.lock();
    if (call != nullptr && call->driver() == nullptr) {
      call->Refuse(MakeError(
          v1::ERROR_CODE_DEADLINE_EXCEEDED,
          {"No hello came within " + std::to_string(kHelloMaxMs / 1000) + " s.", "", ""}));
    }
  });
  StartRead(&request_);
}

void ReplicationService::Call::Refuse(const absl::Status& status) {
  {
    std::lock_guard lock(mutex_);
    if (driver_ != nullptr || std::exchange(refused_, true)) return;
  }
  Finish(rpc::ToGrpcStatus(status));
}

void ReplicationService::Call::Write(v1::Frame frame) {
  *response_.mutable_frame() = std::move(frame);
  StartWrite(&response_);
}

void ReplicationService::Call::OnReadDone(bool ok) {
  if (!ok) return Broken("The stream broke off.");
  if (auto session = driver()) {
    session->OnFrame(std::move(*request_.mutable_frame()));
  } else {
    Greet(std::move(*request_.mutable_frame()));
  }
}

void ReplicationService::Call::OnWriteDone(bool ok) {
  if (!ok) return Broken("The stream broke off.");
  driver()->OnWritten();
}

void ReplicationService::Call::Broken(const std::string& message) {
  const absl::Status status = MakeError(v1::ERROR_CODE_UNAVAILABLE, {message, "", ""});
  if (auto session = driver()) {
    session->OnBroken(status);
  } else {
    Refuse(status);
  }
}

absl::StatusOr<ReplicationNode*> ReplicationService::Call::Addressed(const v1::Frame& frame) const {
  if (!frame.has_hello()) {
    return MakeError(v1::ERROR_CODE_MALFORMED,
                     {"The first frame is not a hello.", "frame", "hello"});
  }
  const v1::Hello& hello = frame.hello();
  absl::Status permitted = rpc::MayReplicateTo(identity_, hello.to());
  if (!permitted.ok()) return permitted;
  if (hello.path() != identity_.path) {
    return MakeError(
        v1::ERROR_CODE_PERMISSION_DENIED,
        {"The hello is from " + hello.path() + ", the certificate of " + identity_.path + ".",
         "hello.path", identity_.path});
  }
  ReplicationNode* node = options_.find(hello.to());
  if (node == nullptr) {
    return MakeError(v1::ERROR_CODE_UNKNOWN_NODE,
                     {"No node " + hello.to() + " is hosted here.", "hello.to", ""});
  }
  return node;
}

void ReplicationService::Call::Greet(v1::Frame frame) {
  absl::StatusOr<ReplicationNode*> node = Addressed(frame);
  if (!node.ok()) return Refuse(node.status());
  const SessionEnds ends{Side::kParent, (*node)->path(), identity_.path};
  auto session = std::make_shared<SessionDriver>(**node, ends, peer_address_, *this);
  {
    std::lock_guard lock(mutex_);
    if (refused_) return;
    driver_ = session;
  }
  session->Start(std::move(frame));
}

grpc::ServerBidiReactor<v1::ReplicateRequest, v1::ReplicateResponse>* ReplicationService::Replicate(
    grpc::CallbackServerContext* context) {
  auto call = std::make_shared<Call>(options_, context->peer());
  call->Start(options_.identify(*context));
  return call.get();
}

namespace {

// The node that is asked, and the session that its caller could have with it.
struct Asked {
  ReplicationNode* node = nullptr;
  SessionEnds ends;
};

absl::StatusOr<Asked> AskedOf(const ReplicationService::Options& options,
                              const grpc::CallbackServerContext& context, const std::string& path) {
  absl::StatusOr<rpc::Identity> caller = options.identify(context);
  if (!caller.ok()) return caller.status();
  if (absl::Status permitted = rpc::MayRefillFrom(*caller, path); !permitted.ok()) return permitted;
  Asked asked{options.find(path), {Side::kParent, path, caller->path}};
  if (name::ParentOf(path) == caller->path) asked.ends.side = Side::kChild;
  if (asked.node != nullptr) return asked;
  return MakeError(v1::ERROR_CODE_UNKNOWN_NODE,
                   {"No node " + path + " is hosted here.", "node", ""});
}

// The same, if the caller has proven its key.
absl::StatusOr<Asked> ProvenAskedOf(const ReplicationService::Options& options,
                                    const grpc::CallbackServerContext& context,
                                    const std::string& path, const v1::KeyProof& proof) {
  absl::StatusOr<Asked> asked = AskedOf(options, context, path);
  if (!asked.ok()) return asked;
  const ReplicationNode& node = *asked->node;
  absl::Status proven = CheckRefillProof(node.parts(), node.refill_secret(), asked->ends, proof);
  if (!proven.ok()) return proven;
  return asked;
}

}  // namespace

grpc::ServerUnaryReactor* ReplicationService::GetChallenge(grpc::CallbackServerContext* context,
                                                           const v1::GetChallengeRequest* request,
                                                           v1::GetChallengeResponse* response) {
  return calls_.Run(context, response, [this, context, request, response]() -> absl::Status {
    absl::StatusOr<Asked> asked = AskedOf(options_, *context, request->node());
    if (!asked.ok()) return asked.status();
    const ReplicationNode& node = *asked->node;
    *response = ChallengeFor(node.parts(), node.refill_secret(), asked->ends);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* ReplicationService::GetHoldings(grpc::CallbackServerContext* context,
                                                          const v1::GetHoldingsRequest* request,
                                                          v1::GetHoldingsResponse* response) {
  return calls_.Run(context, response, [this, context, request, response]() -> absl::Status {
    absl::StatusOr<Asked> asked =
        ProvenAskedOf(options_, *context, request->node(), request->proof());
    if (!asked.ok()) return asked.status();
    return rpc::Deliver(HoldingsFor(asked->node->parts(), asked->ends, *request), response);
  });
}

grpc::ServerUnaryReactor* ReplicationService::GetChunk(grpc::CallbackServerContext* context,
                                                       const v1::GetChunkRequest* request,
                                                       v1::GetChunkResponse* response) {
  return calls_.Run(context, response, [this, context, request, response]() -> absl::Status {
    absl::StatusOr<Asked> asked =
        ProvenAskedOf(options_, *context, request->node(), request->proof());
    if (!asked.ok()) return asked.status();
    return rpc::Deliver(ChunkFor(asked->node->parts(), asked->ends, *request), response);
  });
}

}  // namespace liggare::replication
