#include "clients/cpp/recorder.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "proto/error/error.h"

namespace liggare::client {
namespace {

// The server is not there, or is stopping: the same may succeed later.
bool IsTransient(const v1::Error& error) { return error.code() == v1::ERROR_CODE_UNAVAILABLE; }

bool IsTransient(const v1::RecordResult& result) {
  return result.has_error() && IsTransient(result.error());
}

}  // namespace

Recorder::Recorder(Connection& connection, RecorderOptions options, Answered answered)
    : connection_(connection),
      options_(std::move(options)),
      answered_(std::move(answered)),
      last_progress_(std::chrono::steady_clock::now()),
      writer_([this] { Run(); }) {}

Recorder::~Recorder() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    abandoned_ = true;
    if (context_ != nullptr) context_->TryCancel();
  }
  to_write_.notify_all();
  to_submit_.notify_all();
  if (writer_.joinable()) writer_.join();
}

absl::Status Recorder::Submit(v1::Submission submission) {
  const size_t bytes = submission.ByteSizeLong();
  if (bytes > kSubmissionBytesMax) {
    return MakeError(v1::ERROR_CODE_LIMIT_EXCEEDED,
                     {.message = "the event has " + std::to_string(bytes) + " bytes with its texts",
                      .field = "data",
                      .expected = "at most " + std::to_string(kSubmissionBytesMax) + " bytes"});
  }
  std::unique_lock<std::mutex> lock(mutex_);
  to_submit_.wait(lock, [&] {
    return !failure_.ok() || window_.empty() ||
           (window_.size() < options_.window_events_max &&
            window_bytes_ + bytes <= options_.window_bytes_max);
  });
  if (!failure_.ok()) return failure_;
  if (window_.empty()) last_progress_ = std::chrono::steady_clock::now();
  window_.push_back({std::move(submission), bytes});
  window_bytes_ += bytes;
  lock.unlock();
  to_write_.notify_one();
  return absl::OkStatus();
}

absl::Status Recorder::Flush() {
  std::unique_lock<std::mutex> lock(mutex_);
  to_submit_.wait(lock, [&] { return !failure_.ok() || window_.empty(); });
  return failure_;
}

absl::Status Recorder::Finish() {
  const absl::Status flushed = Flush();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    finishing_ = true;
  }
  to_write_.notify_all();
  if (writer_.joinable()) writer_.join();
  return flushed;
}

void Recorder::Run() {
  std::chrono::milliseconds wait = options_.retry_min;
  while (true) {
    absl::Status ended = RunStream();
    std::unique_lock<std::mutex> lock(mutex_);
    if (abandoned_ || (finishing_ && window_.empty())) return;
    if (window_.empty()) continue;
    if (ended.ok()) {
      ended = MakeError(v1::ERROR_CODE_UNAVAILABLE,
                        {.message = connection_.address() + " ended the stream"});
    }
    if (!MayRetry(ended)) {
      failure_ = std::move(ended);
      lock.unlock();
      to_submit_.notify_all();
      return;
    }
    if (progressed_) wait = options_.retry_min;
    if (to_write_.wait_for(lock, options_.retry_min, [&] { return abandoned_; })) continue;
    lock.unlock();
    connection_.WaitUntilConnected(wait);
    wait = std::min(wait * 2, options_.retry_max);
  }
}

bool Recorder::MayRetry(const absl::Status& ended) const {
  return IsTransient(ErrorOf(ended)) &&
         std::chrono::steady_clock::now() - last_progress_ < options_.retry_for;
}

absl::Status Recorder::RunStream() {
  grpc::ClientContext context;
  {
    // The stream is opened when there is something to send.
    std::unique_lock<std::mutex> lock(mutex_);
    to_write_.wait(lock, [&] { return abandoned_ || finishing_ || !window_.empty(); });
    if (abandoned_ || window_.empty()) return absl::OkStatus();
    sent_ = 0;
    batch_sizes_.clear();
    progressed_ = stream_broken_ = false;
    context_ = &context;
  }
  const std::unique_ptr<Stream> stream = connection_.events().RecordStream(&context);
  std::thread reader([&] { ReadAnswers(*stream, context); });
  bool open = true;
  while (open) {
    const std::optional<v1::RecordStreamRequest> batch = NextBatch();
    if (!batch) break;
    open = stream->Write(*batch);
  }
  if (open) stream->WritesDone();
  reader.join();
  const grpc::Status status = stream->Finish();
  const std::lock_guard<std::mutex> lock(mutex_);
  context_ = nullptr;
  return connection_.Result(status);
}

std::optional<v1::RecordStreamRequest> Recorder::NextBatch() {
  std::unique_lock<std::mutex> lock(mutex_);
  to_write_.wait(lock, [&] {
    return abandoned_ || stream_broken_ || sent_ < window_.size() ||
           (finishing_ && window_.empty());
  });
  if (abandoned_ || stream_broken_ || sent_ >= window_.size()) return std::nullopt;
  v1::RecordStreamRequest request;
  request.set_node(options_.node.empty() ? connection_.node() : options_.node);
  size_t bytes = 0;
  const size_t first = sent_;
  while (sent_ < window_.size() && sent_ - first < options_.batch_events_max) {
    const Waiting& next = window_[sent_];
    if (sent_ > first && bytes + next.bytes > options_.batch_bytes_max) break;
    *request.add_submissions() = next.submission;
    bytes += next.bytes;
    ++sent_;
  }
  batch_sizes_.push_back(sent_ - first);
  return request;
}

void Recorder::ReadAnswers(Stream& stream, grpc::ClientContext& context) {
  v1::RecordStreamResponse response;
  while (stream.Read(&response)) {
    if (TakeAnswers(response)) continue;
    context.TryCancel();
    break;
  }
  while (stream.Read(&response)) {
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  stream_broken_ = true;
  to_write_.notify_all();
}

// Reports the answers up to the first that asks to try again. False if there was
// one, or if the answers are not to what was sent: then the stream is of no more
// use, and what follows is sent again in its order.
bool Recorder::TakeAnswers(const v1::RecordStreamResponse& response) {
  size_t taken = 0;
  uint64_t sequence = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const size_t count = response.results_size();
    if (batch_sizes_.empty() || batch_sizes_.front() != count) return false;
    batch_sizes_.pop_front();
    sequence = next_answer_;
    while (taken < count && !IsTransient(response.results(static_cast<int>(taken)))) ++taken;
  }
  for (size_t i = 0; i < taken; ++i) {
    answered_(sequence + i, response.results(static_cast<int>(i)));
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  for (size_t i = 0; i < taken; ++i) {
    window_bytes_ -= window_.front().bytes;
    window_.pop_front();
  }
  sent_ -= taken;
  next_answer_ += taken;
  if (taken > 0) {
    progressed_ = true;
    last_progress_ = std::chrono::steady_clock::now();
  }
  to_submit_.notify_all();
  return taken == static_cast<size_t>(response.results_size());
}

}  // namespace liggare::client
