#include "services/domain/node_path.h"

#include <algorithm>

#include "proto/error/error.h"
#include "proto/form/node_path.h"

namespace liggare::domain {

static_assert(kPathSegmentsMax == form::kNodePathSegmentsMax);
static_assert(kPathSegmentBytesMax == form::kNodePathSegmentBytesMax);

namespace {

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

bool IsNodePath(std::string_view path) { return form::IsNodePath(path); }

absl::Status CheckNodePath(std::string_view path) {
  if (IsNodePath(path)) return absl::OkStatus();
  return MakeError(
      v1::ERROR_CODE_INVALID_FIELD,
      {.message = "\"" + std::string(path) + "\" is not the path of a node",
       .expected = "1 to 8 segments of a-z, 0-9 and -, each at most 40 characters and "
                   "not system, operator, person, auditor or host, joined by /: se/17/varmland"});
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

}  // namespace liggare::domain
