// The path of a node: its place, its authority and its routing (design §2).
//
//   se                            Socialstyrelsen, the nation
//   se/17                         a county (länskod)
//   se/17/varmland                a verksamhet; deeper trees work the same
#ifndef SERVICES_DOMAIN_NODE_PATH_H_
#define SERVICES_DOMAIN_NODE_PATH_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace liggare::domain {

inline constexpr std::string_view kNationPath = "se";
inline constexpr size_t kPathSegmentsMax = 8;
inline constexpr size_t kPathSegmentBytesMax = 40;

// The depth of a county: se is 1, se/17 is 2.
inline constexpr size_t kCountyDepth = 2;

// Segments of [a-z0-9-]{1,40}, at most 8, but those that form::IsNodePath reserves.
// INVALID_FIELD with an empty `field` otherwise; the caller names the field.
absl::Status CheckNodePath(std::string_view path);
bool IsNodePath(std::string_view path);

// How many segments. The path must be well formed, here and below.
size_t DepthOf(std::string_view path);
// The path without its last segment; empty for a root.
std::string_view ParentOf(std::string_view path);
std::string_view LastSegmentOf(std::string_view path);
// Whether `path` is `ancestor` or below it.
bool IsAtOrBelow(std::string_view path, std::string_view ancestor);
// Whether `node` gets of the log of `owner` only what concerns it (concern.h): of the
// nodes above it, where it stands below a county. Counties hold the nation's log whole.
bool IsHeldInPart(std::string_view node, std::string_view owner);
// se/17 of se/17/varmland and of se/17; empty for the nation.
std::string_view CountyPathOf(std::string_view path);
// 17 of se/17 and below; empty for the nation.
std::string_view LanskodOf(std::string_view path);
// se/17 for länskod 17.
std::string CountyPath(std::string_view lanskod);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_NODE_PATH_H_
