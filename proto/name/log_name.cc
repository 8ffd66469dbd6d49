#include "proto/name/log_name.h"

#include <charconv>
#include <optional>

#include "proto/error/error.h"
#include "proto/name/node_path.h"

namespace liggare::name {
namespace {

std::optional<LogName> Split(std::string_view log) {
  const size_t at = log.find('@');
  if (at == std::string_view::npos || !IsNodePath(log.substr(0, at))) return {};
  const std::string_view digits = log.substr(at + 1);
  if (digits.empty() || digits.front() == '0') return {};
  LogName parts{.path = log.substr(0, at)};
  const char* end = digits.data() + digits.size();
  const auto [parsed_to, error] = std::from_chars(digits.data(), end, parts.epoch);
  if (error != std::errc() || parsed_to != end) return {};
  return parts;
}

}  // namespace

absl::StatusOr<LogName> ParseLogName(std::string_view log) {
  if (const auto parts = Split(log)) return *parts;
  return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                   {.message = "\"" + std::string(log) + "\" is not the name of a log",
                    .expected = "<path of the node>@<epoch from 1>, such as se/17/varmland@1"});
}

absl::StatusOr<std::string> NodeOfLog(std::string_view log) {
  const auto parts = Split(log);
  if (parts && IsAtOrBelow(parts->path, kNationPath)) return std::string(parts->path);
  return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                   {.message = "'" + std::string(log) + "' is not the name of a log",
                    .field = "log",
                    .expected = "<path>@<epoch>"});
}

std::string_view PathOfLog(std::string_view log) { return log.substr(0, log.find('@')); }

std::string FormatLogName(std::string_view path, uint32_t epoch) {
  return std::string(path) + "@" + std::to_string(epoch);
}

}  // namespace liggare::name
