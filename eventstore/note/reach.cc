#include "eventstore/note/reach.h"

#include <algorithm>
#include <charconv>

namespace liggare::note {
namespace {

// The number after the @; 0 if there is none.
uint32_t EpochOf(std::string_view log) {
  const size_t at = log.rfind('@');
  uint32_t epoch = 0;
  if (at == std::string_view::npos) return 0;
  std::from_chars(log.data() + at + 1, log.data() + log.size(), epoch);
  return epoch;
}

}  // namespace

uint64_t SizeWithin(const Reach& reach, std::string_view log, uint64_t size) {
  const uint32_t epoch = EpochOf(log);
  const uint32_t last = EpochOf(reach.log);
  if (epoch < last) return size;
  return epoch == last ? std::min(size, reach.size) : 0;
}

bool LiesWithin(const Reach& reach, std::string_view log, uint64_t size) {
  return EpochOf(log) <= EpochOf(reach.log) && SizeWithin(reach, log, size) == size;
}

Reach EndOfNode(std::string_view path, const std::vector<std::string>& basis_logs, uint64_t size) {
  Reach end = {.log = std::string(path) + "@1", .size = size};
  for (const std::string& log : basis_logs) {
    const bool is_of_node =
        log.size() > path.size() && log.starts_with(path) && log.rfind('@') == path.size();
    if (is_of_node && EpochOf(log) > EpochOf(end.log)) end.log = log;
  }
  return end;
}

}  // namespace liggare::note
