#include "services/rpc/guard/connection_guard.h"

#include <algorithm>
#include <string>
#include <utility>

namespace liggare::rpc {
namespace {

absl::Status TooMany(const char* what) {
  return absl::ResourceExhaustedError(std::string("too many ") + what);
}

// What a client may owe for a stream that it opens: it tells its window, and of the
// connection's, before anything is sent to it.
constexpr int64_t kWindowUpdatesOfStream = 2;
// And for each DATA frame that it is sent: for the stream and for the connection.
constexpr int64_t kWindowUpdatesOfData = 2;

}  // namespace

ConnectionGuard::ConnectionGuard(std::shared_ptr<PeerAccount> account)
    : account_(std::move(account)) {}

ConnectionGuard::~ConnectionGuard() {
  while (!open_.empty()) EndStream(open_.begin()->first);
}

absl::Status ConnectionGuard::Received(std::string_view bytes, int64_t now_ms) {
  absl::Status status;
  received_.Read(
      bytes,
      [&](const FrameHeader& frame) {
        status = Judge(frame, now_ms);
        return status.ok();
      },
      [&](const FrameHeader& frame, std::string_view part) {
        if (frame.type == FrameType::kData) status = JudgeMessage(frame, part);
        return status.ok();
      });
  return status;
}

void ConnectionGuard::Sent(std::string_view bytes, int64_t now_ms) {
  sent_.Read(
      bytes,
      [&](const FrameHeader& frame) {
        NoteSent(frame, now_ms);
        return true;
      },
      [](const FrameHeader&, std::string_view) { return true; });
}

absl::Status ConnectionGuard::JudgeMessage(const FrameHeader& frame, std::string_view part) {
  const auto found = open_.find(frame.stream);
  if (found == open_.end()) return absl::OkStatus();  // gRPC drops it.
  Stream& stream = found->second;
  const size_t before = stream.messages.incomplete_bytes();
  if (stream.messages.Read(part)) stream.small_frames = 0;
  const size_t now = stream.messages.incomplete_bytes();
  if (account_->KeepIncomplete(before, now)) return absl::OkStatus();
  account_->KeepIncomplete(before, 0);
  open_.erase(found);
  account_->EndStreams(1);
  return TooMany("bytes of messages that are not complete");
}

absl::Status ConnectionGuard::ReceivedRecords(int64_t count, int64_t messages, int64_t now_ms) {
  if (!account_->Spend(Spending::kFrame, count, now_ms)) return TooMany("TLS records");
  if (!account_->Spend(Spending::kControlFrame, messages, now_ms)) return TooMany("TLS messages");
  return absl::OkStatus();
}

absl::Status ConnectionGuard::Judge(const FrameHeader& frame, int64_t now_ms) {
  if (reset_too_often_) return TooMany("streams reset");
  if (!account_->Spend(Spending::kFrame, 1, now_ms)) return TooMany("frames");
  if (in_block_ != (frame.type == FrameType::kContinuation)) {
    return absl::InvalidArgumentError("a frame out of place beside a header block");
  }
  switch (frame.type) {
    case FrameType::kHeaders:
      return JudgeHeaders(frame, now_ms);
    case FrameType::kContinuation:
      return JudgeHeaderBlock(frame, now_ms);
    case FrameType::kResetStream:
      EndStream(frame.stream);
      return account_->Spend(Spending::kReset, 1, now_ms) ? absl::OkStatus()
                                                          : TooMany("streams reset");
    case FrameType::kWindowUpdate:
      if (window_updates_owed_ == 0) break;
      --window_updates_owed_;
      return absl::OkStatus();
    case FrameType::kData:
      return JudgeData(frame, now_ms);
  }
  return SpendControlFrame(frame, now_ms);
}

absl::Status ConnectionGuard::JudgeData(const FrameHeader& frame, int64_t now_ms) {
  if (frame.length >= kControlFrameBytes) return absl::OkStatus();
  if (frame.length == 0) {
    if (empty_data_owed_ == 0) return SpendControlFrame(frame, now_ms);
    --empty_data_owed_;
    return absl::OkStatus();
  }
  const auto found = open_.find(frame.stream);
  if (found == open_.end() || found->second.small_frames >= kSmallFramesOfMessageMax) {
    return SpendControlFrame(frame, now_ms);
  }
  ++found->second.small_frames;
  return absl::OkStatus();
}

absl::Status ConnectionGuard::SpendControlFrame(const FrameHeader& frame, int64_t now_ms) {
  const int64_t count = 1 + frame.length / kControlFrameBytes;
  return account_->Spend(Spending::kControlFrame, count, now_ms) ? absl::OkStatus()
                                                                 : TooMany("control frames");
}

absl::Status ConnectionGuard::JudgeHeaders(const FrameHeader& frame, int64_t now_ms) {
  block_frames_ = 0;
  block_bytes_ = 0;
  if (absl::Status status = JudgeHeaderBlock(frame, now_ms); !status.ok()) return status;
  if (frame.stream > last_stream_) return BeginStream(frame.stream, now_ms);
  return SpendControlFrame(frame, now_ms);  // Trailers, which no client of ours sends.
}

absl::Status ConnectionGuard::JudgeHeaderBlock(const FrameHeader& frame, int64_t now_ms) {
  // Subtracted, for the sum might overflow.
  if (frame.length > kHeaderBlockBytesMax - block_bytes_) return TooMany("bytes of headers");
  block_bytes_ += frame.length;
  if (++block_frames_ > kHeaderBlockFramesMax) return TooMany("frames of headers");
  in_block_ = (frame.flags & kEndHeaders) == 0;
  return account_->Spend(Spending::kHeaderByte, frame.length, now_ms)
             ? absl::OkStatus()
             : TooMany("bytes of headers a second");
}

absl::Status ConnectionGuard::BeginStream(uint32_t stream, int64_t now_ms) {
  last_stream_ = stream;
  ++empty_data_owed_;
  window_updates_owed_ =
      std::min(window_updates_owed_ + kWindowUpdatesOfStream, kWindowUpdatesOwedMax);
  if (!account_->Spend(Spending::kStream, 1, now_ms)) return TooMany("streams opened");
  if (open_.size() >= kStreamsOfConnectionMax) return TooMany("streams of the connection");
  if (!account_->BeginStream()) return TooMany("streams of the certificate");
  open_.try_emplace(stream);
  return absl::OkStatus();
}

void ConnectionGuard::EndStream(uint32_t stream) {
  const auto found = open_.find(stream);
  if (found == open_.end()) return;
  account_->KeepIncomplete(found->second.messages.incomplete_bytes(), 0);
  open_.erase(found);
  account_->EndStreams(1);
}

void ConnectionGuard::NoteSent(const FrameHeader& frame, int64_t now_ms) {
  switch (frame.type) {
    case FrameType::kResetStream:
      EndStream(frame.stream);
      reset_too_often_ |= !account_->Spend(Spending::kReset, 1, now_ms);
      return;
    case FrameType::kData:
      window_updates_owed_ =
          std::min(window_updates_owed_ + kWindowUpdatesOfData, kWindowUpdatesOwedMax);
      [[fallthrough]];
    case FrameType::kHeaders:
      if ((frame.flags & kEndStream) != 0) EndStream(frame.stream);
      return;
    case FrameType::kWindowUpdate:
    case FrameType::kContinuation:
      return;
  }
}

}  // namespace liggare::rpc
