#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "clients/cli/commands/commands.h"
#include "google/protobuf/stubs/logging.h"
#include "grpc/support/log.h"

namespace {

// A file that is opened must not take the place of a standard stream that is closed: what is
// printed would be written into it. Such a stream stays unusable, and that is said.
void KeepStandardStreams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    struct stat about = {};
    // gRPC leaves an event counter, which is of no type, at 0 if that was free when it was loaded.
    if (fstat(stream, &about) == 0 && (about.st_mode & S_IFMT) != 0) continue;
    close(stream);
    // The lowest that is free: this one.
    if (open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY) != stream) abort();
  }
}

}  // namespace

int main(int argc, char** argv) {
  KeepStandardStreams();
  umask(S_IRWXG | S_IRWXO);  // Also for what a library makes on the way.
  // gRPC's own lines on the error stream are for those who ask for them.
  if (std::getenv("GRPC_VERBOSITY") == nullptr) gpr_set_log_function([](gpr_log_func_args*) {});
  google::protobuf::SetLogHandler(nullptr);  // What is wrong is said once, as an error.
  liggare::cli::Shell shell(std::cout, std::cerr);
  return liggare::cli::RunCommandLine(argc, argv, shell);
}
