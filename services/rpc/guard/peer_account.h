// What the holder of one certificate may make this process do for it at the level of
// HTTP/2, on all of its connections together: so much at once, and then so much a
// second. Whoever is cut off and comes back finds its account as it left it.
//
// What is bounded is work that asks for no answer of ours: streams that are opened
// and given up, frames that carry nothing. What is asked is shared elsewhere
// (fair_queue.h), and is never bounded here below what a machine can answer.
#ifndef SERVICES_RPC_GUARD_PEER_ACCOUNT_H_
#define SERVICES_RPC_GUARD_PEER_ACCOUNT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/base/thread_annotations.h"
#include "services/work/fair_share.h"

namespace liggare::rpc {

// Streams that are opened a second: calls that begin.
inline constexpr int64_t kStreamsPerSecondMax = 32'768;
// Streams that are reset a second, by either side, and at once. gRPC 1.51 keeps
// some 13 KiB for each until it has come to it.
inline constexpr int64_t kResetsPerSecondMax = 512;
inline constexpr int64_t kResetsAtOnceMax = 1'024;
// Frames a second that neither open a stream nor carry a part of a message: PING,
// SETTINGS, PRIORITY, unknown ones, empty ones, those that answer nothing, and small ones
// that become no message (kSmallFramesOfMessageMax). Of a long one, each 256 bytes count.
inline constexpr int64_t kControlFramesPerSecondMax = 4'096;
inline constexpr int64_t kControlFramesAtOnceMax = 8'192;
inline constexpr int64_t kControlFrameBytes = 256;
// All frames and TLS records a second.
inline constexpr int64_t kFramesPerSecondMax = 262'144;
// Bytes a second of headers, as they are sent.
inline constexpr int64_t kHeaderBytesPerSecondMax = 8 * 1024 * 1024;
// Streams that are open at a time.
inline constexpr int64_t kStreamsOfOneMax = 2'048;
// Bytes of messages that are not complete, of all certificates, shared: gRPC keeps
// them, and ends calls that it picks when it has kServerMemoryBytesMax (host.h).
inline constexpr size_t kIncompleteBytesMax = 512 * 1024 * 1024;
// Accounts that are kept of those who are gone.
inline constexpr size_t kAccountsMax = 4'096;

// Fills up by a rate, and no further than its size. Not thread-safe.
class TokenBucket {
 public:
  TokenBucket(int64_t per_second, int64_t at_once)
      : per_second_(per_second), size_(at_once * kParts), level_(size_) {}

  // False, and nothing taken, if there are not so many.
  bool Take(int64_t count, int64_t now_ms);
  bool IsFull(int64_t now_ms);

 private:
  static constexpr int64_t kParts = 1'000;  // Of a token: a rate's of a millisecond.
  void Fill(int64_t now_ms);

  const int64_t per_second_;
  const int64_t size_;
  int64_t level_;
  int64_t filled_ms_ = 0;
};

enum class Spending { kStream, kReset, kControlFrame, kFrame, kHeaderByte };

// What all have that is shared by the byte. Thread-safe.
class SharedBytes {
 public:
  bool Take(const std::string& peer, size_t bytes) {
    std::lock_guard lock(mutex_);
    return share_.Take(peer, bytes);
  }
  void Give(const std::string& peer, size_t bytes) {
    std::lock_guard lock(mutex_);
    share_.Give(peer, bytes);
  }

 private:
  std::mutex mutex_;
  work::FairShare share_ ABSL_GUARDED_BY(mutex_){kIncompleteBytesMax};
};

// Thread-safe.
class PeerAccount {
 public:
  PeerAccount(std::string peer, std::shared_ptr<SharedBytes> incomplete);

  // False if the account does not have so much.
  bool Spend(Spending what, int64_t count, int64_t now_ms);
  // Streams that begin and end. False, and not begun, if too many are open.
  bool BeginStream();
  void EndStreams(size_t count);
  // Bytes of messages that are not complete, before and now, of one stream. False if
  // there are too many.
  bool KeepIncomplete(size_t before, size_t now);
  // Whether nothing is left of what was done: it need not be kept.
  bool IsFresh(int64_t now_ms);

 private:
  const std::string peer_;
  const std::shared_ptr<SharedBytes> incomplete_;
  std::mutex mutex_;
  std::array<TokenBucket, 5> buckets_ ABSL_GUARDED_BY(mutex_);  // By Spending.
  int64_t open_streams_ ABSL_GUARDED_BY(mutex_) = 0;
};

// The accounts of those who are connected, and of those who were until theirs is
// fresh again. Thread-safe.
class PeerAccounts {
 public:
  std::shared_ptr<PeerAccount> Of(const std::string& peer, int64_t now_ms);
  size_t size();

 private:
  std::mutex mutex_;
  const std::shared_ptr<SharedBytes> incomplete_ = std::make_shared<SharedBytes>();
  std::map<std::string, std::shared_ptr<PeerAccount>> accounts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace liggare::rpc

#endif  // SERVICES_RPC_GUARD_PEER_ACCOUNT_H_
