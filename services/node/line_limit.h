// Keeps a log readable where whoever connects decides how many lines are written: one of
// a kind within an interval, and how many there were beside it.
//
// Thread-safe.
#ifndef SERVICES_NODE_LINE_LIMIT_H_
#define SERVICES_NODE_LINE_LIMIT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"

namespace liggare::node {

inline constexpr int64_t kLineIntervalMs = 60'000;
inline constexpr size_t kLineKindsMax = 256;  // Further kinds count as one.

class LineLimit {
 public:
  // Whether a line of this kind may be written now: then how many of its kind were not,
  // since the last that was. `now_ms` is of a clock that only rises.
  std::optional<uint64_t> Take(const std::string& kind, int64_t now_ms);

 private:
  struct Kind {
    int64_t written_ms = 0;
    uint64_t held = 0;
  };
  std::mutex mutex_;
  std::map<std::string, Kind> kinds_ ABSL_GUARDED_BY(mutex_);
};

// " (and 3 others like it)"; empty for none.
std::string OthersText(uint64_t others);

}  // namespace liggare::node

#endif  // SERVICES_NODE_LINE_LIMIT_H_
