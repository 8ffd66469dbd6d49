#include "services/replication/uplink.h"

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "liggare/v1/replication_service.grpc.pb.h"
#include "proto/error/error.h"
#include "services/domain/node_path.h"
#include "services/replication/backoff.h"
#include "services/replication/session_driver.h"
#include "services/rpc/status.h"
#include "spdlog/spdlog.h"

namespace liggare::replication {
namespace {

// For the parent to read the last frame and end the call.
constexpr int64_t kCloseGraceMs = 2'000;
// Frames after which a session counts as having come to life: hello, frontier.
constexpr int kLiveFrames = 2;

}  // namespace

// Dials one call at a time until it is stopped.
class Uplink::Dialler : public std::enable_shared_from_this<Uplink::Dialler> {
 public:
  Dialler(ReplicationNode& node, Options options)
      : node_(node), options_(std::move(options)), backoff_(options_.random) {}

  void Dial();
  // Ends the call and waits for OnCallDone.
  void Stop();
  // `lived`: the session had come to life.
  void OnCallDone(const absl::Status& status, bool lived);

  ReplicationNode& node() const { return node_; }
  const std::string& address() const { return options_.address; }

 private:
  ReplicationNode& node_;
  const Options options_;
  std::mutex mutex_;
  std::condition_variable done_;
  Backoff backoff_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<Call> call_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
};

// One call and its session. Keeps itself alive until OnDone.
class Uplink::Call : public grpc::ClientBidiReactor<v1::ReplicateRequest, v1::ReplicateResponse>,
                     public FrameStream,
                     public std::enable_shared_from_this<Uplink::Call> {
 public:
  Call(std::shared_ptr<Dialler> dialler, std::shared_ptr<grpc::Channel> channel)
      : dialler_(std::move(dialler)),
        stub_(v1::ReplicationService::NewStub(std::move(channel))),
        driver_(std::make_shared<SessionDriver>(dialler_->node(), EndsOf(dialler_->node().path()),
                                                dialler_->address(), *this)) {}

  void Start();
  void Stop() { driver_->Stop(dialler_->node().path() + " is stopping."); }

  // FrameStream.
  void Write(v1::Frame frame) override;
  void Read() override;
  void Close(const absl::Status& status) override;

  // Reactions.
  void OnWriteDone(bool ok) override;
  void OnReadDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

 private:
  static SessionEnds EndsOf(const std::string& path) {
    return {Side::kChild, path, std::string(domain::ParentOf(path))};
  }
  void Broken();

  const std::shared_ptr<Dialler> dialler_;
  const std::unique_ptr<v1::ReplicationService::Stub> stub_;
  grpc::ClientContext context_;
  std::shared_ptr<Call> self_;
  const std::shared_ptr<SessionDriver> driver_;
  v1::ReplicateRequest request_;
  v1::ReplicateResponse response_;
  std::atomic<bool> writing_ = false;
  std::atomic<bool> broken_ = false;
  std::atomic<int> frames_read_ = 0;
  std::mutex mutex_;
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  // Closed: what still comes is read and dropped, for gRPC gives the call's end
  // only after the last message.
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  // Set by Close, read by OnDone, which gRPC calls after it.
  absl::Status end_;
  bool broke_off_ = false;
};

void Uplink::Call::Start() {
  self_ = shared_from_this();
  stub_->async()->Replicate(&context_, this);
  AddHold();  // Removed by Close: until then the driver may read and write.
  StartCall();
  driver_->Start({});
}

void Uplink::Call::Write(v1::Frame frame) {
  *request_.mutable_frame() = std::move(frame);
  writing_ = true;
  StartWrite(&request_);
}

void Uplink::Call::Read() {
  {
    std::lock_guard lock(mutex_);
    reading_ = true;
  }
  StartRead(&response_);
}

void Uplink::Call::Close(const absl::Status& status) {
  end_ = status;
  broke_off_ = broken_;
  bool drain = false;
  {
    std::lock_guard lock(mutex_);
    draining_ = true;
    drain = !broken_ && !std::exchange(reading_, true);
  }
  if (drain) StartRead(&response_);
  if (broken_ || writing_) {
    context_.TryCancel();
  } else {
    StartWritesDone();
    dialler_->node().parts().timer.After(kCloseGraceMs, [call = weak_from_this()] {
      if (auto locked = call.lock()) locked->context_.TryCancel();
    });
  }
  RemoveHold();
}

void Uplink::Call::Broken() {
  broken_ = true;
  driver_->OnBroken(MakeError(v1::ERROR_CODE_UNAVAILABLE, {"The stream broke off.", "", ""}));
}

void Uplink::Call::OnWriteDone(bool ok) {
  writing_ = false;
  if (!ok) return Broken();
  driver_->OnWritten();
}

void Uplink::Call::OnReadDone(bool ok) {
  if (!ok) return Broken();
  ++frames_read_;
  v1::Frame frame;
  bool drain = false;
  {
    std::lock_guard lock(mutex_);
    frame = std::move(*response_.mutable_frame());
    reading_ = drain = draining_;
  }
  if (drain) return StartRead(&response_);
  driver_->OnFrame(std::move(frame));
}

void Uplink::Call::OnDone(const grpc::Status& status) {
  // How gRPC ended the call explains a stream that broke off by itself.
  const bool explained = broke_off_ && !status.ok();
  const absl::Status why = explained ? rpc::FromGrpcStatus(status) : end_;
  // The channel must not die here: the last one in the process joins the thread
  // that this runs on (gRPC 1.51, CallbackAlternativeCQ).
  auto finish = [self = self_, why]() mutable {
    self->dialler_->OnCallDone(why, self->frames_read_ >= kLiveFrames);
    self.reset();
  };
  std::shared_ptr<Call> self = std::move(self_);
  dialler_->node().parts().workers.Post(std::move(finish));
}

void Uplink::Dialler::Dial() {
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return;
  }
  auto call = std::make_shared<Call>(shared_from_this(), options_.dial());
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return;
    call_ = call;
  }
  call->Start();
}

void Uplink::Dialler::Stop() {
  std::shared_ptr<Call> call;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    call = call_;
  }
  if (call != nullptr) call->Stop();
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] { return call_ == nullptr; });
}

void Uplink::Dialler::OnCallDone(const absl::Status& status, bool lived) {
  const v1::Error error = ErrorOf(status);
  node_.SetParentError(ErrorText(error));
  std::shared_ptr<Call> call;  // Dies after the lock.
  std::lock_guard lock(mutex_);
  call = std::move(call_);
  call_ = nullptr;
  done_.notify_all();
  if (stopping_) return;
  if (lived && error.code() == v1::ERROR_CODE_UNAVAILABLE) backoff_.Reset();
  const int64_t delay_ms = backoff_.NextDelayMs();
  spdlog::info("{}: the session with {} ended: {}; dialling again in {} ms", node_.path(),
               options_.address, ErrorText(error), delay_ms);
  node_.parts().timer.After(delay_ms, [weak = weak_from_this()] {
    auto self = weak.lock();
    if (self == nullptr) return;
    rpc::WorkerPool& workers = self->node_.parts().workers;
    workers.Post([self = std::move(self)] { self->Dial(); });
  });
}

Uplink::Uplink(ReplicationNode& node, Options options) {
  node.SetParentAddress(options.address);
  dialler_ = std::make_shared<Dialler>(node, std::move(options));
}

Uplink::~Uplink() { Stop(); }

void Uplink::Start() { dialler_->Dial(); }

void Uplink::Stop() { dialler_->Stop(); }

}  // namespace liggare::replication
