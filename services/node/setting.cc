#include "services/node/setting.h"

#include "proto/error/error.h"

namespace liggare::node {

absl::Status SettingError(const Setting& setting, const std::string& what,
                          const std::string& expected) {
  std::string message = setting.file + ":" + std::to_string(setting.line) + ": ";
  if (!setting.key.empty()) message += setting.key + ": ";
  return MakeError(v1::ERROR_CODE_CONFIGURATION,
                   {.message = message + what, .field = setting.key, .expected = expected});
}

}  // namespace liggare::node
