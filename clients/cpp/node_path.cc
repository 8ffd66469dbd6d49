#include "clients/cpp/node_path.h"

#include <algorithm>

#include "proto/error/error.h"

namespace liggare::client {
namespace {

constexpr size_t kSegmentsMax = 8;
constexpr size_t kSegmentBytesMax = 40;
constexpr std::string_view kSegmentBytes = "abcdefghijklmnopqrstuvwxyz0123456789-";

bool IsSegment(std::string_view segment) {
  return !segment.empty() && segment.size() <= kSegmentBytesMax && segment != "system" &&
         segment != "host" && segment.find_first_not_of(kSegmentBytes) == std::string_view::npos;
}

bool IsNodePath(std::string_view path) {
  if (path != kNation && !IsSelfOrAbove(kNation, path)) return false;
  size_t segments = 0;
  for (size_t begin = 0; begin <= path.size(); ++segments) {
    const size_t end = std::min(path.find('/', begin), path.size());
    if (!IsSegment(path.substr(begin, end - begin))) return false;
    begin = end + 1;
  }
  return segments <= kSegmentsMax;
}

// A number without leading zeros.
bool IsEpoch(std::string_view text) {
  return !text.empty() && text.front() != '0' &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

absl::Status CheckNodePath(std::string_view path) {
  if (IsNodePath(path)) return absl::OkStatus();
  return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                   {"'" + std::string(path) + "' is not the path of a node", "path",
                    "se, or se/… of at most 8 segments of a-z, 0-9 and -"});
}

std::string ParentPath(std::string_view path) {
  const size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? "" : path.substr(0, slash));
}

bool IsSelfOrAbove(std::string_view ancestor, std::string_view path) {
  if (!path.starts_with(ancestor)) return false;
  return path.size() == ancestor.size() || path[ancestor.size()] == '/';
}

absl::StatusOr<std::string> PathOfLog(std::string_view log) {
  const size_t at = log.rfind('@');
  if (at != std::string_view::npos && IsEpoch(log.substr(at + 1)) &&
      IsNodePath(log.substr(0, at))) {
    return std::string(log.substr(0, at));
  }
  return MakeError(
      v1::ERROR_CODE_INVALID_FIELD,
      {"'" + std::string(log) + "' is not the name of a log", "log", "<path>@<epoch>"});
}

}  // namespace liggare::client
