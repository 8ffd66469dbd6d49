// A value of the configuration with its place, so that whatever turns out to be
// wrong with it later can still be told by file, line and key.
#ifndef SERVICES_NODE_SETTING_H_
#define SERVICES_NODE_SETTING_H_

#include <string>

#include "absl/status/status.h"

namespace liggare::node {

struct Setting {
  std::string value;
  std::string file;
  int line = 0;     // From 1.
  std::string key;  // Dotted, with the node's number: node[2].parent.address
};

// CONFIGURATION: "liggared.toml:12: node[2].data: <what>", with the key as the
// error's field. `expected` says what would be right.
absl::Status SettingError(const Setting& setting, const std::string& what,
                          const std::string& expected);

}  // namespace liggare::node

#endif  // SERVICES_NODE_SETTING_H_
