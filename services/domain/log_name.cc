#include "services/domain/log_name.h"

#include "proto/error/error.h"
#include "proto/form/node_path.h"

namespace liggare::domain {

absl::StatusOr<LogName> ParseLogName(std::string_view log) {
  if (const auto parts = form::SplitLogName(log)) {
    return LogName{.path = parts->path, .epoch = parts->epoch};
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
