#include <sys/stat.h>

#include <cstdlib>
#include <iostream>

#include "clients/cli/commands.h"
#include "grpc/support/log.h"

int main(int argc, char** argv) {
  umask(S_IRWXG | S_IRWXO);  // Also for what a library makes on the way.
  // gRPC's own lines on the error stream are for those who ask for them.
  if (std::getenv("GRPC_VERBOSITY") == nullptr) gpr_set_log_function([](gpr_log_func_args*) {});
  liggare::cli::Shell shell(std::cout, std::cerr);
  return liggare::cli::RunCommandLine(argc, argv, shell);
}
