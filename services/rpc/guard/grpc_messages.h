// The messages of gRPC in the DATA frames of one stream: how much has come of one that
// is not complete, which the server has to keep.
//
//   compressed:1 length:4 │ message │ compressed:1 length:4 │ message …
#ifndef SERVICES_RPC_GUARD_GRPC_MESSAGES_H_
#define SERVICES_RPC_GUARD_GRPC_MESSAGES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace liggare::rpc {

// Not thread-safe.
class GrpcMessages {
 public:
  // Whether a message ends in these bytes.
  bool Read(std::string_view bytes) {
    bool ends = false;
    while (!bytes.empty()) {
      const size_t taken =
          prefix_bytes_ < kPrefixBytes ? TakePrefix(bytes.front()) : TakeMessage(bytes);
      bytes.remove_prefix(taken);
      if (prefix_bytes_ < kPrefixBytes || come_ < length_) continue;
      prefix_bytes_ = come_ = 0;
      ends = true;
    }
    return ends;
  }
  // Bytes that have come of a message that is not complete.
  size_t incomplete_bytes() const { return prefix_bytes_ + come_; }

 private:
  static constexpr size_t kPrefixBytes = 5;

  size_t TakePrefix(char byte) {
    length_ = prefix_bytes_ == 0 ? 0 : length_ << 8 | static_cast<uint8_t>(byte);
    ++prefix_bytes_;
    return 1;
  }
  size_t TakeMessage(std::string_view bytes) {
    const size_t taken = std::min<size_t>(bytes.size(), length_ - come_);
    come_ += static_cast<uint32_t>(taken);
    return taken;
  }

  uint32_t prefix_bytes_ = 0;
  uint32_t length_ = 0;
  uint32_t come_ = 0;
};

}  // namespace liggare::rpc

#endif  // SERVICES_RPC_GUARD_GRPC_MESSAGES_H_
