#include "clients/cli/shell/server_program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "proto/error/error.h"

extern char** environ;

namespace liggare::cli {
namespace {

constexpr char kProgram[] = "liggared";

absl::Status Failed(const std::string& what) {
  return MakeError(v1::ERROR_CODE_UNAVAILABLE, {what, "", ""});
}

std::string ProgramPath() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto beside = self.parent_path() / kProgram;
  return !error && std::filesystem::exists(beside, error) ? beside.string() : kProgram;
}

std::string ReadAll(int fd) {
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t n = read(fd, buffer, sizeof(buffer));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return text;
    text.append(buffer, static_cast<size_t>(n));
  }
}

// Starts it with `output` as its standard output.
absl::StatusOr<pid_t> Spawn(const std::string& program, const std::vector<std::string>& arguments,
                            int output) {
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  pid_t pid = 0;
  const int failed = posix_spawnp(&pid, program.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return Failed(program + " can't be started: " + strerror(failed));
  return pid;
}

}  // namespace

absl::StatusOr<ProgramResult> RunServerProgram(const std::vector<std::string>& arguments) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Failed(std::string("no pipe: ") + strerror(errno));
  const std::string program = ProgramPath();
  absl::StatusOr<pid_t> pid = Spawn(program, arguments, ends[1]);
  close(ends[1]);
  ProgramResult result;
  if (pid.ok()) result.out = ReadAll(ends[0]);
  close(ends[0]);
  if (!pid.ok()) return pid.status();
  int status = 0;
  while (waitpid(*pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status)) return Failed(program + " was ended by a signal");
  result.exit_code = WEXITSTATUS(status);
  return result;
}

}  // namespace liggare::cli
