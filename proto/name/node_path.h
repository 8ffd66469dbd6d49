// The path of a node: its place, its authority and its routing.
//
//   se                            Socialstyrelsen, the nation
//   se/17                         a county (länskod)
//   se/17/varmland                a verksamhet; deeper trees work the same
#ifndef PROTO_NAME_NODE_PATH_H_
#define PROTO_NAME_NODE_PATH_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace liggare::name {

inline constexpr std::string_view kNationPath = "se";
inline constexpr size_t kPathSegmentsMax = 8;
inline constexpr size_t kPathSegmentBytesMax = 40;

// The depth of a county: se is 1, se/17 is 2.
inline constexpr size_t kCountyDepth = 2;

// What names one thing: 1 to 40 of a-z, 0-9 and -. A segment of a path, a host, a system,
// an operator.
bool IsNameSegment(std::string_view name);

// 1 to 8 such segments, joined by /. `system`, `operator`, `person`, `auditor` and `host` are
// reserved: they say whose certificate it is (identity.h).
bool IsNodePath(std::string_view path);
// INVALID_FIELD with an empty `field` unless it is one; the caller names the field.
absl::Status CheckNodePath(std::string_view path);
// The same, of a node of the one tree, whose root is the nation. `field` is "path".
absl::Status CheckPathInTree(std::string_view path);

// How many segments. The path must be well formed, here and below.
size_t DepthOf(std::string_view path);
// The path without its last segment; empty for a root.
std::string_view ParentOf(std::string_view path);
std::string_view LastSegmentOf(std::string_view path);
// True if `path` is `ancestor` or below it.
bool IsAtOrBelow(std::string_view path, std::string_view ancestor);
// True if `node` receives only a filtered copy of `owner`'s log: `node` is below county level,
// and `owner` is one of its ancestors. Counties hold the nation's log whole.
bool IsHeldInPart(std::string_view node, std::string_view owner);
// se/17 of se/17/varmland and of se/17; empty for the nation.
std::string_view CountyPathOf(std::string_view path);
// 17 of se/17 and below; empty for the nation.
std::string_view LanskodOf(std::string_view path);
// se/17 for länskod 17.
std::string CountyPath(std::string_view lanskod);

}  // namespace liggare::name

#endif  // PROTO_NAME_NODE_PATH_H_
