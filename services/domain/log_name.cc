#include "services/domain/log_name.h"

#include <charconv>

#include "proto/error/error.h"
#include "services/domain/node_path.h"

namespace liggare::domain {

absl::StatusOr<LogName> ParseLogName(std::string_view log) {
  LogName name{.path = PathOfLog(log), .epoch = 0};
  if (name.path.size() < log.size() && IsNodePath(name.path)) {
    const std::string_view digits = log.substr(name.path.size() + 1);
    const char* end = digits.data() + digits.size();
    const auto [parsed_to, error] = std::from_chars(digits.data(), end, name.epoch);
    if (error == std::errc() && parsed_to == end && digits.front() != '0') return name;
  }
  return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                   {.message = "\"" + std::string(log) + "\" is not the name of a log",
                    .expected = "<path of the node>@<epoch from 1>, such as se/17/varmland@1"});
}

std::string_view PathOfLog(std::string_view log) { return log.substr(0, log.find('@')); }

std::string FormatLogName(std::string_view path, uint32_t epoch) {
  return std::string(path) + "@" + std::to_string(epoch);
}

}  // namespace liggare::domain
