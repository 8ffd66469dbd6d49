#include "services/replication/drive/uplink.h"

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "liggare/v1/replication_service.grpc.pb.h"
#include "proto/error/error.h"
#include "proto/name/node_path.h"
#include "services/replication/drive/session_driver.h"
#include "services/rpc/call/status.h"
#include "services/rpc/tls/peer_name.h"
#include "services/work/backoff.h"
#include "spdlog/spdlog.h"

namespace liggare::replication {
namespace {

// For the parent to read the last frame and end the call.
constexpr int64_t kCloseGraceMs = 2'000;

}  // namespace

// Dials one call at a time until it is stopped. What it does runs on its strand, so that
// nothing of a call, and no attempt, is left when Stop returns.
class Uplink::Dialler : public std::enable_shared_from_this<Uplink::Dialler> {
 public:
  Dialler(ReplicationNode& node, Options options)
      : node_(node),
        options_(std::move(options)),
        strand_(node.parts().workers),
        backoff_(options_.random) {}

  void Start();
  void Rejudge();
  void DialNow();
  // Ends the call and waits until it is gone.
  void Stop();
  // Takes the last reference to the call. `lived`: its session had come to life.
  void OnCallDone(std::shared_ptr<Call> call, const absl::Status& status, bool lived);

  ReplicationNode& node() const { return node_; }
  const std::string& address() const { return options_.address; }

 private:
  // On the strand.
  void Dial();
  void StopCall();
  void DialAgain(const absl::Status& status, bool lived);

  void SetStopped();

  ReplicationNode& node_;
  const Options options_;
  work::Strand strand_;
  work::Backoff backoff_;
  std::shared_ptr<Call> call_;
  bool started_ = false;
  bool stopping_ = false;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
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
  void Stop(const std::string& why) { driver_->Stop(why); }
  // The server's certificates, when it has said something; else empty.
  std::string ServerPem();

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
    return {Side::kChild, path, std::string(name::ParentOf(path))};
  }
  void Broken();
  void NoteServer();

  const std::shared_ptr<Dialler> dialler_;
  const std::unique_ptr<v1::ReplicationService::Stub> stub_;
  grpc::ClientContext context_;
  std::shared_ptr<Call> self_;
  const std::shared_ptr<SessionDriver> driver_;
  v1::ReplicateRequest request_;
  v1::ReplicateResponse response_;
  std::atomic<bool> writing_ = false;
  std::atomic<bool> broken_ = false;
  std::atomic<bool> has_read_ = false;
  std::atomic<bool> lived_ = false;  // The parent has let this node in.
  std::mutex mutex_;
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  // Closed: what still comes is read and dropped, for gRPC gives the call's end
  // only after the last message.
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  std::string server_pem_ ABSL_GUARDED_BY(mutex_);
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
  if (response_.frame().has_frontier()) lived_ = true;
  if (!has_read_.exchange(true)) NoteServer();
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

// gRPC knows whom it speaks with once something has come.
void Uplink::Call::NoteServer() {
  std::string pem = rpc::PeerPem(*context_.auth_context());
  std::lock_guard lock(mutex_);
  server_pem_ = std::move(pem);
}

std::string Uplink::Call::ServerPem() {
  std::lock_guard lock(mutex_);
  return server_pem_;
}

void Uplink::Call::OnDone(const grpc::Status& status) {
  // How gRPC ended the call explains a stream that broke off by itself.
  const bool explained = broke_off_ && !status.ok();
  const absl::Status why = explained ? rpc::FromGrpcStatus(status) : end_;
  // The last reference goes with it: the channel must not die here, for the last one in
  // the process joins the thread that this runs on (gRPC 1.51, CallbackAlternativeCQ).
  const std::shared_ptr<Dialler> dialler = dialler_;
  dialler->OnCallDone(std::move(self_), why, lived_);
}

void Uplink::Dialler::Start() {
  strand_.Post([self = shared_from_this()] {
    self->started_ = true;
    self->Dial();
  });
}

void Uplink::Dialler::DialNow() {
  strand_.Post([self = shared_from_this()] {
    if (self->started_) self->Dial();
  });
}

void Uplink::Dialler::Rejudge() {
  strand_.Post([self = shared_from_this()] {
    if (self->stopping_ || self->call_ == nullptr || !self->options_.judge) return;
    const std::string pem = self->call_->ServerPem();
    const absl::Status status = pem.empty() ? absl::OkStatus() : self->options_.judge(pem);
    if (!status.ok()) self->call_->Stop("The server: " + std::string(status.message()));
  });
}

void Uplink::Dialler::Dial() {
  if (stopping_ || call_ != nullptr) return;
  call_ = std::make_shared<Call>(shared_from_this(), options_.dial());
  call_->Start();
}

void Uplink::Dialler::OnCallDone(std::shared_ptr<Call> call, const absl::Status& status,
                                 bool lived) {
  strand_.Post([self = shared_from_this(), call = std::move(call), status, lived]() mutable {
    call.reset();
    self->call_.reset();
    if (self->stopping_) return self->SetStopped();
    self->DialAgain(status, lived);
  });
}

void Uplink::Dialler::DialAgain(const absl::Status& status, bool lived) {
  const v1::Error error = ErrorOf(status);
  node_.SetParentError(ErrorText(error));
  if (lived && error.code() == v1::ERROR_CODE_UNAVAILABLE) backoff_.Reset();
  const bool refused = error.code() == v1::ERROR_CODE_UNAUTHENTICATED;
  const int64_t delay_ms =
      backoff_.NextDelayMs(refused ? work::kRefusedBackoffMaxMs : work::kBackoffMaxMs);
  spdlog::info("{}: the session with {} ended: {}; dialling again in {} ms", node_.path(),
               options_.address, ErrorText(error), delay_ms);
  node_.parts().timer.After(delay_ms, [weak = weak_from_this()] {
    if (auto self = weak.lock()) self->Start();
  });
}

void Uplink::Dialler::Stop() {
  if (!strand_.Post([self = shared_from_this()] { self->StopCall(); })) return;
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopped_; });
}

void Uplink::Dialler::StopCall() {
  stopping_ = true;
  if (call_ == nullptr) return SetStopped();
  call_->Stop(node_.path() + " is stopping.");
}

void Uplink::Dialler::SetStopped() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

Uplink::Uplink(ReplicationNode& node, Options options) {
  node.SetParentAddress(options.address);
  dialler_ = std::make_shared<Dialler>(node, std::move(options));
}

Uplink::~Uplink() { Stop(); }

void Uplink::Start() { dialler_->Start(); }

void Uplink::Rejudge() { dialler_->Rejudge(); }

void Uplink::DialNow() { dialler_->DialNow(); }

void Uplink::Stop() { dialler_->Stop(); }

}  // namespace liggare::replication
