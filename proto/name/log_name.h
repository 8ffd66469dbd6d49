// The name of a log: <path>@<epoch>.
#ifndef PROTO_NAME_LOG_NAME_H_
#define PROTO_NAME_LOG_NAME_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace liggare::name {

// A view into the text it was parsed from.
struct LogName {
  std::string_view path;
  uint32_t epoch = 0;  // From 1.
};

// INVALID_FIELD if it is not a well-formed path, @ and a number from 1 without
// leading zeros.
absl::StatusOr<LogName> ParseLogName(std::string_view log);

// The path of the node of the tree that writes the log. INVALID_FIELD, with `field` "log",
// unless the name is the path of such a node, @ and an epoch.
absl::StatusOr<std::string> NodeOfLog(std::string_view log);

// The part before the @, unchecked; the whole text if there is none.
std::string_view PathOfLog(std::string_view log);

std::string FormatLogName(std::string_view path, uint32_t epoch);

}  // namespace liggare::name

#endif  // PROTO_NAME_LOG_NAME_H_
