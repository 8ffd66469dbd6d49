// Names of nodes and of their logs: se/17/varmland and se/17/varmland@1.
#ifndef CLIENTS_CPP_NODE_PATH_H_
#define CLIENTS_CPP_NODE_PATH_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace liggare::client {

inline constexpr std::string_view kNation = "se";

// INVALID_FIELD unless the text is a node's path: 1 to 8 segments of
// [a-z0-9-]{1,40}, the first of them se, none of them `system` or `host`.
absl::Status CheckNodePath(std::string_view path);

// The path without its last segment; empty for se.
std::string ParentPath(std::string_view path);

// Whether `ancestor` is above `path` or the same.
bool IsSelfOrAbove(std::string_view ancestor, std::string_view path);

// The path of a log's node. INVALID_FIELD unless the name is <path>@<epoch>.
absl::StatusOr<std::string> PathOfLog(std::string_view log);

}  // namespace liggare::client

#endif  // CLIENTS_CPP_NODE_PATH_H_
