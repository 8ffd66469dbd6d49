#include "tests/hostile/streams.h"

#include <grpcpp/client_context.h>

#include <chrono>
#include <utility>

#include "proto/error/error.h"
#include "services/rpc/call/status.h"

namespace liggare::hostile {
namespace {

std::chrono::system_clock::time_point Deadline() {
  return std::chrono::system_clock::now() + std::chrono::seconds(kPatienceS);
}

class Child : public Speaker {
 public:
  explicit Child(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(v1::ReplicationService::NewStub(channel)) {
    context_.set_deadline(Deadline());
    stream_ = stub_->Replicate(&context_);
  }
  ~Child() override {
    HangUp();
    if (!finished_) StatusOfCall();
  }

  void HangUp() override { context_.TryCancel(); }

 protected:
  bool Write(const v1::Frame& frame) override {
    v1::ReplicateRequest request;
    *request.mutable_frame() = frame;
    return stream_->Write(request);
  }
  bool Read(v1::Frame& frame) override {
    v1::ReplicateResponse response;
    if (!stream_->Read(&response)) return false;
    frame = std::move(*response.mutable_frame());
    return true;
  }
  v1::Error StatusOfCall() override {
    if (!finished_) end_ = ErrorOf(rpc::FromGrpcStatus(stream_->Finish()));
    finished_ = true;
    return end_;
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<v1::ReplicationService::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::ReplicateRequest, v1::ReplicateResponse>> stream_;
  bool finished_ = false;
  v1::Error end_;
};

}  // namespace

std::unique_ptr<Speaker> CallParent(const std::shared_ptr<grpc::Channel>& channel) {
  return std::make_unique<Child>(channel);
}

// --- As a parent -------------------------------------------------------------

// Shared by the thread that gRPC calls Replicate on and the test's.
class ParentServer::Stream {
 public:
  using Wire = grpc::ServerReaderWriter<v1::ReplicateResponse, v1::ReplicateRequest>;
  Stream(grpc::ServerContext& context, Wire& wire) : context_(context), wire_(wire) {}

  bool Write(const v1::Frame& frame) {
    v1::ReplicateResponse response;
    *response.mutable_frame() = frame;
    return wire_.Write(response);
  }
  bool Read(v1::Frame& frame) {
    v1::ReplicateRequest request;
    if (!wire_.Read(&request)) return false;
    frame = std::move(*request.mutable_frame());
    return true;
  }
  void HangUp() {
    std::lock_guard lock(mutex_);
    if (!ended_) context_.TryCancel();
  }
  // The test will not touch it again.
  void Release() {
    std::lock_guard lock(mutex_);
    if (!ended_) context_.TryCancel();
    released_ = true;
    changed_.notify_all();
  }
  // On gRPC's thread: until the test has done with it, or patience ends.
  void Serve() {
    std::unique_lock lock(mutex_);
    const auto released = [this] { return released_; };
    while (!changed_.wait_until(lock, Deadline(), released)) context_.TryCancel();
    ended_ = true;
  }

 private:
  grpc::ServerContext& context_;
  Wire& wire_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool released_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

namespace {

template <typename Stream>
class Parent : public Speaker {
 public:
  explicit Parent(std::shared_ptr<Stream> stream) : stream_(std::move(stream)) {}
  ~Parent() override { stream_->Release(); }
  void HangUp() override { stream_->HangUp(); }

 protected:
  bool Write(const v1::Frame& frame) override { return stream_->Write(frame); }
  bool Read(v1::Frame& frame) override { return stream_->Read(frame); }
  v1::Error StatusOfCall() override {
    return ErrorOf(MakeError(v1::ERROR_CODE_UNAVAILABLE, {"The child hung up.", "", ""}));
  }

 private:
  const std::shared_ptr<Stream> stream_;
};

}  // namespace

ParentServer::ParentServer(const std::shared_ptr<grpc::ServerCredentials>& credentials) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", credentials, &port_);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
}

ParentServer::~ParentServer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const auto& stream : streams_) stream->Release();
    streams_.clear();
  }
  server_->Shutdown(std::chrono::system_clock::now());
}

grpc::Status ParentServer::Replicate(
    grpc::ServerContext* context,
    grpc::ServerReaderWriter<v1::ReplicateResponse, v1::ReplicateRequest>* stream) {
  const auto shared = std::make_shared<Stream>(*context, *stream);
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return grpc::Status::CANCELLED;
    streams_.push_back(shared);
    changed_.notify_all();
  }
  shared->Serve();
  return grpc::Status::OK;
}

ParentServer::Caller ParentServer::AwaitChild(const std::string& path) {
  const auto deadline = Deadline();
  for (;;) {
    std::shared_ptr<Stream> stream;
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait_until(lock, deadline, [this] { return !streams_.empty(); })) return {};
      stream = std::move(streams_.front());
      streams_.pop_front();
    }
    auto speaker = std::make_unique<Parent<Stream>>(std::move(stream));
    const std::optional<v1::Frame> hello = speaker->Await(v1::Frame::kHello);
    if (hello && hello->hello().path() == path) return {std::move(speaker), hello->hello()};
  }
}

}  // namespace liggare::hostile
