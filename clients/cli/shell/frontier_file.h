// A frontier as a file: {"se/17@1": 42, …}, per log the index after the last
// entry. `record --frontier-out` writes it, `await --frontier` reads it.
#ifndef CLIENTS_CLI_SHELL_FRONTIER_FILE_H_
#define CLIENTS_CLI_SHELL_FRONTIER_FILE_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace liggare::cli {

using Frontier = std::map<std::string, uint64_t>;

std::string FrontierJson(const Frontier& frontier);

// Adds the positions of the JSON text to `frontier`; the greater of two stays.
// MALFORMED if it is something else.
absl::Status AddFrontier(std::string_view json, Frontier& frontier);

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_SHELL_FRONTIER_FILE_H_
