#include "services/node/line_limit.h"

#include <utility>

namespace liggare::node {

std::optional<uint64_t> LineLimit::Take(const std::string& kind, int64_t now_ms) {
  std::lock_guard lock(mutex_);
  const bool is_one_more = !kinds_.contains(kind) && kinds_.size() >= kLineKindsMax;
  const auto [it, is_new] = kinds_.try_emplace(is_one_more ? "" : kind);
  Kind& known = it->second;
  if (!is_new && now_ms - known.written_ms < kLineIntervalMs) {
    ++known.held;
    return {};
  }
  known.written_ms = now_ms;
  return std::exchange(known.held, 0);
}

std::string OthersText(uint64_t others) {
  return others == 0 ? "" : " (and " + std::to_string(others) + " others like it)";
}

}  // namespace liggare::node
