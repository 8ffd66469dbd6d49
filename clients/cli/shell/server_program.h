// Runs liggared, the server's program, for what only it can do with a node's data
// while it is stopped.
#ifndef CLIENTS_CLI_SHELL_SERVER_PROGRAM_H_
#define CLIENTS_CLI_SHELL_SERVER_PROGRAM_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace liggare::cli {

struct ProgramResult {
  int exit_code = 0;
  std::string out;  // What it wrote to its standard output; its errors go to ours.
};

// The liggared that lies beside this program, or else the one on the PATH. Waits
// for its end. UNAVAILABLE if it can't be started or is ended by a signal.
absl::StatusOr<ProgramResult> RunServerProgram(const std::vector<std::string>& arguments);

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_SHELL_SERVER_PROGRAM_H_
