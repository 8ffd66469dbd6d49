// One RecordStream call: requests are taken while earlier ones wait for their
// commit; answers go out in the order of the requests.
//
//   read ──► [ sent? | answered | waiting | answered | waiting ] ◄── read
//              write in flight    ▲ the front, when answered, is written next
//
// About kRequestsMax requests or kBytesMax bytes are in the queue; then nothing
// is read until answers have gone out, so that a fast sender is held back by
// gRPC's flow control.
#ifndef SERVICES_GRPC_API_RECORD_STREAM_H_
#define SERVICES_GRPC_API_RECORD_STREAM_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <cstddef>
#include <deque>
#include <mutex>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "liggare/v1/event_service.pb.h"
#include "services/grpc_api/open_streams.h"
#include "services/hosting/hosted_node.h"
#include "services/record/record_batch.h"
#include "services/work/strand.h"

namespace liggare::grpc_api {

// Deletes itself when gRPC is done with it. The nodes and the streams must live
// until then.
class RecordStream
    : public grpc::ServerBidiReactor<v1::RecordStreamRequest, v1::RecordStreamResponse>,
      public Drainable {
 public:
  static constexpr size_t kRequestsMax = 256;
  static constexpr size_t kBytesMax = 4 * 1024 * 1024;
  // What an answer to one submission is counted as; a refusal in words is about that.
  static constexpr size_t kResultBytes = 256;

  RecordStream(const hosting::HostedNodes& nodes, const grpc::CallbackServerContext& context,
               work::WorkerPool& answers, OpenStreams& streams);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;
  void Drain() override;

 private:
  // A request's place in the queue.
  struct Answer {
    v1::RecordStreamResponse response;
    size_t bytes = 0;  // Of the request and of this.
    bool ready = false;
  };

  absl::Status CheckRequest();
  void Take();
  void Answered(Answer& answer);
  void EndReading(absl::Status status);
  // Starts the next read or write if one is possible. Returns true if the call must be finished:
  // then the caller finishes it without the lock, as the last thing it does with this object.
  bool Advance() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasRoom() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void FinishNow();

  const hosting::HostedNodes& nodes_;
  const grpc::CallbackServerContext& context_;
  work::WorkerPool& answers_;
  OpenStreams& streams_;

  // Touched by the reading side only: one OnReadDone at a time.
  const hosting::HostedNode* node_ = nullptr;  // From the first request on.
  record::Sender sender_;
  v1::RecordStreamRequest request_;

  std::mutex mutex_;
  std::deque<Answer> queue_ ABSL_GUARDED_BY(mutex_);  // References stay valid.
  size_t queue_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t waiting_ ABSL_GUARDED_BY(mutex_) = 0;   // Not yet answered.
  bool reading_ ABSL_GUARDED_BY(mutex_) = true;  // A read is in flight or being taken.
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;   // Nothing more is taken.
  bool begun_ ABSL_GUARDED_BY(mutex_) = false;   // An answer was written.
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;  // Nobody listens any more.
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);  // What the call ends with.
};

}  // namespace liggare::grpc_api

#endif  // SERVICES_GRPC_API_RECORD_STREAM_H_
