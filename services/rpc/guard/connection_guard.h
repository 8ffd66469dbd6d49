// What one connection may send at the level of HTTP/2. Stands between TLS and gRPC
// 1.51, which bounds none of it: a reset stream costs the client 40 bytes and the
// server 13 KiB, and a header block that does not end is read anew with each frame
// (CVE-2023-44487, CVE-2023-33953).
//
//   socket ──► TLS ──► Received ──► gRPC ──► Sent ──► TLS ──► socket
//
// Both directions are seen, so that it is known which streams are open, and which
// frames of the client answer something. Pure but for the account.
#ifndef SERVICES_RPC_GUARD_CONNECTION_GUARD_H_
#define SERVICES_RPC_GUARD_CONNECTION_GUARD_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>

#include "absl/status/status.h"
#include "services/rpc/guard/grpc_messages.h"
#include "services/rpc/guard/http2_frames.h"
#include "services/rpc/guard/peer_account.h"

namespace liggare::rpc {

// A header block, as it is sent. gRPC refuses a call with more than 8 KiB of headers.
inline constexpr uint32_t kHeaderBlockBytesMax = 16'384;
// Frames of one; that of 16 KiB fits into one.
inline constexpr int kHeaderBlockFramesMax = 4;
// Streams that are open. Beyond kConcurrentStreamsMax (channel.h) gRPC refuses them
// only if the client has said that it knows.
inline constexpr size_t kStreamsOfConnectionMax = 512;
// DATA frames of less than kControlFrameBytes that one message may come in; further ones
// count as frames that carry nothing.
inline constexpr int kSmallFramesOfMessageMax = 4;
// WINDOW_UPDATE frames that a client may still owe for what it was sent.
inline constexpr int64_t kWindowUpdatesOwedMax = 65'536;

// Not thread-safe: TLS reads and writes one connection at a time.
class ConnectionGuard {
 public:
  explicit ConnectionGuard(std::shared_ptr<PeerAccount> account);
  ~ConnectionGuard();
  ConnectionGuard(const ConnectionGuard&) = delete;

  // What the client sent, in the order of the stream of bytes. An error, saying what
  // there is too much of, if none of it may go on to gRPC: the connection is to be
  // closed. Times are milliseconds of a clock that never goes back.
  absl::Status Received(std::string_view bytes, int64_t now_ms);
  // What the server sent.
  void Sent(std::string_view bytes, int64_t now_ms);
  // `count` TLS records came in, of which `messages` are TLS's own.
  absl::Status ReceivedRecords(int64_t count, int64_t messages, int64_t now_ms);

 private:
  absl::Status Judge(const FrameHeader& frame, int64_t now_ms);
  absl::Status JudgeData(const FrameHeader& frame, int64_t now_ms);
  absl::Status JudgeMessage(const FrameHeader& frame, std::string_view part);
  absl::Status JudgeHeaders(const FrameHeader& frame, int64_t now_ms);
  absl::Status JudgeHeaderBlock(const FrameHeader& frame, int64_t now_ms);
  absl::Status BeginStream(uint32_t stream, int64_t now_ms);
  void NoteSent(const FrameHeader& frame, int64_t now_ms);
  void EndStream(uint32_t stream);
  absl::Status SpendControlFrame(const FrameHeader& frame, int64_t now_ms);

  struct Stream {
    GrpcMessages messages;
    int small_frames = 0;  // Of the message that is not complete.
  };

  const std::shared_ptr<PeerAccount> account_;
  FrameReader received_{kClientPrefaceBytes};
  FrameReader sent_{0};
  std::unordered_map<uint32_t, Stream> open_;
  uint32_t last_stream_ = 0;
  bool in_block_ = false;  // Between HEADERS and END_HEADERS nothing else may come.
  int block_frames_ = 0;
  uint32_t block_bytes_ = 0;
  int64_t window_updates_owed_ = 0;
  int64_t empty_data_owed_ = 0;  // One ends each stream.
  bool reset_too_often_ = false;
};

}  // namespace liggare::rpc

#endif  // SERVICES_RPC_GUARD_CONNECTION_GUARD_H_
