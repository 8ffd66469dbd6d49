// Records events over RecordStream: pipelined, answered in order, resumed after a
// broken connection.
//
//   Submit ──► waiting ──► batches sent ──► answers ──► `answered`, in order
//              └──────── the window ───────┘
//
// Submit does not wait for the answer, only for room in the window. When the
// connection breaks or the server stops, everything unanswered is sent again in
// the same order; the events' ids make that harmless, and what the server had
// already recorded is answered as a duplicate.
#ifndef CLIENTS_CPP_RECORDER_H_
#define CLIENTS_CPP_RECORDER_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "clients/cpp/connection.h"
#include "liggare/v1/event_service.grpc.pb.h"

namespace liggare::client {

// An event with its texts. A server refuses less, in words; more would break the
// stream off for those before and after it.
inline constexpr size_t kSubmissionBytesMax = 2 * 1024 * 1024;

struct RecorderOptions {
  std::string node;                  // Empty: the connection's.
  size_t window_events_max = 4'096;  // Submitted and not answered.
  size_t window_bytes_max = 16 * 1024 * 1024;
  size_t batch_events_max = 256;  // At most 1024 (event_service.proto).
  size_t batch_bytes_max = 512 * 1024;
  // How long to try again to reach a server that does not answer. Counted from
  // the last answer; 0 means not at all.
  std::chrono::milliseconds retry_for = std::chrono::seconds(60);
  std::chrono::milliseconds retry_min = std::chrono::milliseconds(100);
  std::chrono::milliseconds retry_max = std::chrono::seconds(5);
};

// Thread-safe: any thread may submit; the order of the answers is that of the
// calls to Submit. The connection must outlive the recorder.
class Recorder {
 public:
  // The answer to submission number `sequence` (from 0, by Submit). Called on a
  // thread of the recorder, one at a time, in order; it must not call the recorder.
  using Answered = std::function<void(uint64_t sequence, const v1::RecordResult& result)>;

  Recorder(Connection& connection, RecorderOptions options, Answered answered);
  // Gives up what is not answered; call Finish first.
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // Queues one event and returns; waits while the window is full. Not OK once the
  // recorder has failed: the server refused the stream, or could not be reached
  // for `retry_for`. LIMIT_EXCEEDED above kSubmissionBytesMax: that event is not
  // queued, and the recorder goes on.
  absl::Status Submit(v1::Submission submission);

  // Waits until all that was submitted is answered. The failure, if any; then the
  // submissions from the first unanswered one on are in doubt.
  absl::Status Flush();
  // Flush, then ends the stream. Nothing may be submitted after.
  absl::Status Finish();

 private:
  struct Waiting {
    v1::Submission submission;
    size_t bytes;
  };
  using Stream = grpc::ClientReaderWriter<v1::RecordStreamRequest, v1::RecordStreamResponse>;

  void Run();                // The writer's thread.
  absl::Status RunStream();  // One stream, until it ends.
  void ReadAnswers(Stream& stream, grpc::ClientContext& context);
  bool TakeAnswers(const v1::RecordStreamResponse& response);
  std::optional<v1::RecordStreamRequest> NextBatch();  // Waits; nothing at the end.
  bool MayRetry(const absl::Status& ended) const;      // Holds mutex_.

  Connection& connection_;
  const RecorderOptions options_;
  const Answered answered_;

  std::mutex mutex_;
  std::condition_variable to_write_;   // Work for the writer's thread.
  std::condition_variable to_submit_;  // Room in the window, all answered, or failure.
  // Guarded by mutex_:
  std::deque<Waiting> window_;  // Unanswered, in order.
  size_t window_bytes_ = 0;
  size_t sent_ = 0;                 // How many of window_ this stream has sent.
  std::deque<size_t> batch_sizes_;  // Of the batches sent and not answered.
  uint64_t next_answer_ = 0;        // Sequence of window_.front().
  std::chrono::steady_clock::time_point last_progress_;
  bool progressed_ = false;  // An answer came on this stream.
  bool stream_broken_ = false;
  bool finishing_ = false;
  bool abandoned_ = false;
  absl::Status failure_;
  grpc::ClientContext* context_ = nullptr;  // Of the stream in use.

  std::thread writer_;  // Last: starts when all else is there.
};

}  // namespace liggare::client

#endif  // CLIENTS_CPP_RECORDER_H_
