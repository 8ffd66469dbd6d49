#include "proto/name/node_path.h"

#include <algorithm>
#include <array>

#include "proto/error/error.h"

namespace liggare::name {

namespace {

bool IsSegmentChar(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }

constexpr std::array<std::string_view, 5> kReserved = {"system", "operator", "person", "auditor",
                                                       "host"};

bool IsSegment(std::string_view segment) {
  return IsNameSegment(segment) && std::ranges::find(kReserved, segment) == kReserved.end();
}

// The first `count` segments.
std::string_view FirstSegments(std::string_view path, int count) {
  size_t end = 0;
  for (int i = 0; i < count; ++i) {
    if (i > 0) ++end;
    end = std::min(path.find('/', end), path.size());
  }
  return path.substr(0, end);
}

}  // namespace

bool IsNameSegment(std::string_view name) {
  return !name.empty() && name.size() <= kPathSegmentBytesMax &&
         std::all_of(name.begin(), name.end(), IsSegmentChar);
}

bool IsNodePath(std::string_view path) {
  for (size_t segments = 1; segments <= kPathSegmentsMax; ++segments) {
    const size_t slash = path.find('/');
    if (!IsSegment(path.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
  return false;
}

absl::Status CheckNodePath(std::string_view path) {
  if (IsNodePath(path)) return absl::OkStatus();
  return MakeError(
      v1::ERROR_CODE_INVALID_FIELD,
      {.message = "\"" + std::string(path) + "\" is not the path of a node",
       .expected = "1 to 8 segments of a-z, 0-9 and -, each at most 40 characters and "
                   "not system, operator, person, auditor or host, joined by /: se/17/varmland"});
}

absl::Status CheckPathInTree(std::string_view path) {
  if (IsNodePath(path) && IsAtOrBelow(path, kNationPath)) return absl::OkStatus();
  return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                   {.message = "'" + std::string(path) + "' is not the path of a node",
                    .field = "path",
                    .expected = "se, or se/… of at most 8 segments of a-z, 0-9 and -"});
}

size_t DepthOf(std::string_view path) {
  return 1 + static_cast<size_t>(std::count(path.begin(), path.end(), '/'));
}

std::string_view ParentOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view LastSegmentOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool IsAtOrBelow(std::string_view path, std::string_view ancestor) {
  if (path.substr(0, ancestor.size()) != ancestor) return false;
  return path.size() == ancestor.size() || path[ancestor.size()] == '/';
}

bool IsHeldInPart(std::string_view node, std::string_view owner) {
  return DepthOf(node) > kCountyDepth && node != owner && IsAtOrBelow(node, owner);
}

std::string_view CountyPathOf(std::string_view path) {
  return DepthOf(path) < 2 ? std::string_view() : FirstSegments(path, 2);
}

std::string_view LanskodOf(std::string_view path) { return LastSegmentOf(CountyPathOf(path)); }

std::string CountyPath(std::string_view lanskod) {
  return std::string(kNationPath) + "/" + std::string(lanskod);
}

}  // namespace liggare::name
