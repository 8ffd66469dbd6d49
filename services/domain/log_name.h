// The name of a log: <path>@<epoch>.
#ifndef SERVICES_DOMAIN_LOG_NAME_H_
#define SERVICES_DOMAIN_LOG_NAME_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace liggare::domain {

// A view into the text it was parsed from.
struct LogName {
  std::string_view path;
  uint32_t epoch = 0;  // From 1.
};

// INVALID_FIELD if it is not a well-formed path, @ and a number from 1 without
// leading zeros.
absl::StatusOr<LogName> ParseLogName(std::string_view log);

// The part before the @, unchecked; the whole text if there is none.
std::string_view PathOfLog(std::string_view log);

std::string FormatLogName(std::string_view path, uint32_t epoch);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_LOG_NAME_H_
