#include "proto/form/node_path.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace liggare::form {
namespace {

bool IsSegmentChar(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }

constexpr std::array<std::string_view, 5> kReserved = {"system", "operator", "person", "auditor",
                                                       "host"};

bool IsSegment(std::string_view segment) {
  return IsNameSegment(segment) && std::ranges::find(kReserved, segment) == kReserved.end();
}

}  // namespace

bool IsNameSegment(std::string_view name) {
  return !name.empty() && name.size() <= kNodePathSegmentBytesMax &&
         std::all_of(name.begin(), name.end(), IsSegmentChar);
}

bool IsNodePath(std::string_view path) {
  for (size_t segments = 1; segments <= kNodePathSegmentsMax; ++segments) {
    const size_t slash = path.find('/');
    if (!IsSegment(path.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
  return false;
}

std::optional<LogNameParts> SplitLogName(std::string_view log) {
  const size_t at = log.find('@');
  if (at == std::string_view::npos || !IsNodePath(log.substr(0, at))) return {};
  const std::string_view digits = log.substr(at + 1);
  if (digits.empty() || digits.front() == '0') return {};
  LogNameParts parts{.path = log.substr(0, at)};
  const char* end = digits.data() + digits.size();
  const auto [parsed_to, error] = std::from_chars(digits.data(), end, parts.epoch);
  if (error != std::errc() || parsed_to != end) return {};
  return parts;
}

}  // namespace liggare::form
