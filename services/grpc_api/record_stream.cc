#include "services/grpc_api/record_stream.h"

#include <utility>

#include "proto/error/error.h"
#include "services/hosting/addressed_node.h"
#include "services/record/record_batch.h"
#include "services/rpc/call/status.h"
#include "services/rpc/tls/peer_name.h"

namespace liggare::grpc_api {

RecordStream::RecordStream(const hosting::HostedNodes& nodes,
                           const grpc::CallbackServerContext& context, work::WorkerPool& answers,
                           OpenStreams& streams)
    : nodes_(nodes), context_(context), answers_(answers), streams_(streams) {
  absl::Status admitted = streams_.Add(*this, rpc::PeerName(*context.auth_context()));
  if (admitted.ok()) {
    StartRead(&request_);
  } else {
    EndReading(std::move(admitted));
  }
}

absl::Status RecordStream::CheckRequest() {
  if (node_ == nullptr) {
    absl::StatusOr<hosting::AddressedNode> target =
        hosting::NodeForRecording(nodes_, *context_.auth_context(), request_.node());
    if (!target.ok()) return target.status();
    node_ = &target->node;
    sender_ = record::SenderOf(target->caller);
  } else if (!request_.node().empty() && request_.node() != node_->path) {
    return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                     {.message = "the stream is for " + node_->path + ", not " + request_.node(),
                      .field = "node",
                      .expected = node_->path + ", or nothing"});
  }
  return record::CheckSubmissionCount(request_.submissions_size());
}

void RecordStream::OnReadDone(bool ok) {
  if (!ok) return EndReading(absl::OkStatus());
  if (absl::Status status = CheckRequest(); !status.ok()) return EndReading(std::move(status));
  Take();
}

void RecordStream::Take() {
  Answer* answer = nullptr;
  {
    std::lock_guard lock(mutex_);
    if (!ended_) {
      answer = &queue_.emplace_back();
      answer->bytes = request_.ByteSizeLong() + request_.submissions_size() * kResultBytes;
      queue_bytes_ += answer->bytes;
      ++waiting_;
    }
  }
  if (answer == nullptr) return EndReading(absl::OkStatus());  // Drained; it will be sent again.
  // Without the lock: the answer may come before this returns.
  record::RecordBatch(*node_, sender_, std::move(*request_.mutable_submissions()),
                      *answer->response.mutable_results(), answers_,
                      [this, answer] { Answered(*answer); });
  bool finish = false;
  {
    std::lock_guard lock(mutex_);
    reading_ = false;
    finish = Advance();
  }
  if (finish) FinishNow();
}

void RecordStream::Answered(Answer& answer) {
  bool finish = false;
  {
    std::lock_guard lock(mutex_);
    answer.ready = true;
    --waiting_;
    finish = Advance();
  }
  if (finish) FinishNow();
}

void RecordStream::EndReading(absl::Status status) {
  bool finish = false;
  {
    std::lock_guard lock(mutex_);
    reading_ = false;
    if (!ended_) status_ = std::move(status);
    ended_ = true;
    finish = Advance();
  }
  if (finish) FinishNow();
}

void RecordStream::OnWriteDone(bool ok) {
  bool finish = false;
  {
    std::lock_guard lock(mutex_);
    writing_ = false;
    queue_bytes_ -= queue_.front().bytes;
    queue_.pop_front();
    if (!ok) broken_ = true;
    finish = Advance();
  }
  if (finish) FinishNow();
}

void RecordStream::OnCancel() {
  bool finish = false;
  {
    std::lock_guard lock(mutex_);
    broken_ = true;
    finish = Advance();
  }
  if (finish) FinishNow();
}

void RecordStream::Drain() {
  bool finish = false;
  {
    std::lock_guard lock(mutex_);
    if (!ended_) status_ = StoppingError();
    ended_ = true;
    finish = Advance();
  }
  if (finish) FinishNow();
}

bool RecordStream::HasRoom() const {
  return queue_.size() < kRequestsMax && queue_bytes_ < kBytesMax;
}

bool RecordStream::Advance() {
  if (broken_) ended_ = true;
  if (!writing_ && !broken_ && !queue_.empty() && queue_.front().ready) {
    writing_ = true;
    grpc::WriteOptions options;
    // The next answer follows at once: let gRPC send both together. Not so the first,
    // which takes the call's metadata along: that write would not end before something
    // else makes gRPC send (grpc/grpc #12975).
    if (begun_ && queue_.size() > 1 && queue_[1].ready) options.set_buffer_hint();
    begun_ = true;
    StartWrite(&queue_.front().response, options);
  }
  if (!reading_ && !ended_ && HasRoom()) {
    reading_ = true;
    StartRead(&request_);
  }
  const bool settled = waiting_ == 0 && !writing_ && (queue_.empty() || broken_);
  if (finished_ || !settled || !ended_) return false;
  finished_ = true;
  return true;
}

void RecordStream::FinishNow() { Finish(rpc::ToGrpcStatus(status_)); }

void RecordStream::OnDone() {
  streams_.Remove(*this);
  delete this;
}

}  // namespace liggare::grpc_api
