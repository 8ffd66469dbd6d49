// What `--trust` gives: the national key, or a file with it.
#ifndef CLIENTS_CLI_SHELL_TRUST_FILE_H_
#define CLIENTS_CLI_SHELL_TRUST_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace liggare::cli {

// The vkey's text. A file may be a pipe, and begin with a byte order mark. INVALID_FIELD if
// it holds a private key; the errors of ReadFile if it can't be read.
absl::StatusOr<std::string> ReadTrust(const std::string& trust);

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_SHELL_TRUST_FILE_H_
