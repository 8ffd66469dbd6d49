// How long to wait before dialling again: full jitter (a random part of a limit
// that doubles with each failure). Not thread-safe.
#ifndef SERVICES_WORK_BACKOFF_H_
#define SERVICES_WORK_BACKOFF_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>

namespace liggare::work {

inline constexpr int64_t kBackoffFirstMs = 1'000;
inline constexpr int64_t kBackoffMaxMs = 120'000;
// After a refusal of the node's key: what enrols another is learned by dialling.
inline constexpr int64_t kRefusedBackoffMaxMs = 8'000;

class Backoff {
 public:
  // `random` gives numbers in [0, 1).
  explicit Backoff(std::function<double()> random) : random_(std::move(random)) {}

  // The delay before the next attempt, in [0, limit); the limit is kBackoffFirstMs
  // after the first failure, and doubles up to kBackoffMaxMs. None is above `max_ms`.
  int64_t NextDelayMs(int64_t max_ms = kBackoffMaxMs) {
    const int64_t limit_ms = std::exchange(limit_ms_, std::min(2 * limit_ms_, kBackoffMaxMs));
    return static_cast<int64_t>(random_() * static_cast<double>(std::min(limit_ms, max_ms)));
  }
  void Reset() { limit_ms_ = kBackoffFirstMs; }

 private:
  std::function<double()> random_;
  int64_t limit_ms_ = kBackoffFirstMs;
};

}  // namespace liggare::work

#endif  // SERVICES_WORK_BACKOFF_H_
