// The frames of one direction of an HTTP/2 connection (RFC 9113, section 4.1): where
// each begins, what its first nine bytes say, and which bytes it holds.
//
//   preface │ length:3 type:1 flags:1 stream:4 │ payload │ length … │ payload │ …
#ifndef SERVICES_RPC_GUARD_HTTP2_FRAMES_H_
#define SERVICES_RPC_GUARD_HTTP2_FRAMES_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace liggare::rpc {

// Types that are told apart here; any other is unknown, and allowed.
enum class FrameType : uint8_t {
  kData = 0,
  kHeaders = 1,
  kResetStream = 3,
  kWindowUpdate = 8,
  kContinuation = 9,
};

inline constexpr uint8_t kEndStream = 0x1;   // Of DATA and HEADERS.
inline constexpr uint8_t kEndHeaders = 0x4;  // Of HEADERS and CONTINUATION.

// "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", what a client says first.
inline constexpr size_t kClientPrefaceBytes = 24;

struct FrameHeader {
  uint32_t length = 0;  // Of the payload, in bytes.
  FrameType type = FrameType::kData;
  uint8_t flags = 0;
  uint32_t stream = 0;
};

// Follows the bytes of one direction, however they are cut. Not thread-safe.
class FrameReader {
 public:
  explicit FrameReader(size_t preface_bytes) : skip_(preface_bytes) {}

  // Calls on_frame(const FrameHeader&) for each frame that begins in `bytes`, as
  // soon as its header is there, and on_payload(const FrameHeader&, string_view) for
  // each part of a payload; ends when one returns false. Returns what the last call
  // returned; true if there was none.
  template <typename OnFrame, typename OnPayload>
  bool Read(std::string_view bytes, OnFrame&& on_frame, OnPayload&& on_payload) {
    while (!bytes.empty()) {
      const size_t passed = std::min(skip_, bytes.size());
      skip_ -= passed;
      const std::string_view part = bytes.substr(0, passed);
      bytes.remove_prefix(passed);
      if (in_frame_ && passed > 0 && !on_payload(std::as_const(frame_), part)) return false;
      const size_t taken = std::min(header_.size() - header_bytes_, bytes.size());
      std::copy_n(bytes.begin(), taken, header_.begin() + header_bytes_);
      header_bytes_ += taken;
      bytes.remove_prefix(taken);
      if (header_bytes_ < header_.size()) return true;
      header_bytes_ = 0;
      frame_ = Parse();
      in_frame_ = true;
      skip_ = frame_.length;
      if (!on_frame(std::as_const(frame_))) return false;
    }
    return true;
  }

 private:
  FrameHeader Parse() const {
    const auto at = [this](size_t i) { return uint32_t{static_cast<uint8_t>(header_[i])}; };
    return {.length = at(0) << 16 | at(1) << 8 | at(2),
            .type = static_cast<FrameType>(at(3)),
            .flags = static_cast<uint8_t>(at(4)),
            .stream = (at(5) << 24 | at(6) << 16 | at(7) << 8 | at(8)) & 0x7fff'ffff};
  }

  size_t skip_;            // Bytes of the preface or of a payload that are still to come.
  bool in_frame_ = false;  // The preface is over.
  FrameHeader frame_;      // The one that began last.
  size_t header_bytes_ = 0;
  std::array<char, 9> header_ = {};
};

}  // namespace liggare::rpc

#endif  // SERVICES_RPC_GUARD_HTTP2_FRAMES_H_
