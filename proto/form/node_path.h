// The form of the names of nodes and logs: se/17/varmland and se/17/varmland@1.
// What a path means (who is above whom, what a county is) stands in
// services/domain/node_path.h and clients/cpp/node_path.h.
#ifndef PROTO_FORM_NODE_PATH_H_
#define PROTO_FORM_NODE_PATH_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace liggare::form {

inline constexpr size_t kNodePathSegmentsMax = 8;
inline constexpr size_t kNodePathSegmentBytesMax = 40;

// What names one thing: 1 to 40 of a-z, 0-9 and -. A segment of a path, a host, a system,
// an operator.
bool IsNameSegment(std::string_view name);

// Such segments, joined by /. `system`, `operator`, `person`, `auditor` and `host` are
// reserved: they say whose certificate it is.
bool IsNodePath(std::string_view path);

// A view into the name.
struct LogNameParts {
  std::string_view path;
  uint32_t epoch = 0;  // From 1.
};

// Nothing unless it is a path, @ and a number from 1 without leading zeros.
std::optional<LogNameParts> SplitLogName(std::string_view log);

}  // namespace liggare::form

#endif  // PROTO_FORM_NODE_PATH_H_
