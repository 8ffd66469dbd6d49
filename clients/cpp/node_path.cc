#include "clients/cpp/node_path.h"

#include "proto/error/error.h"
#include "proto/form/node_path.h"

namespace liggare::client {
namespace {

// A client names nodes of the one tree, whose root is the nation.
bool IsNodePath(std::string_view path) {
  return form::IsNodePath(path) && IsSelfOrAbove(kNation, path);
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
  const auto parts = form::SplitLogName(log);
  if (parts && IsNodePath(parts->path)) return std::string(parts->path);
  return MakeError(
      v1::ERROR_CODE_INVALID_FIELD,
      {"'" + std::string(log) + "' is not the name of a log", "log", "<path>@<epoch>"});
}

}  // namespace liggare::client
