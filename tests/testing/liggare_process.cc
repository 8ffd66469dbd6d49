#include "tests/testing/liggare_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/testing/paths.h"

extern char** environ;

namespace liggare::testing {
namespace {

const std::string kProgram = ProgramPath("liggare");

std::string Contents(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::vector<std::string> CommandLine(const Caller* caller,
                                     const std::vector<std::string>& arguments,
                                     const std::string& directory) {
  std::vector<std::string> line = {kProgram};
  if (caller != nullptr) {
    line.insert(line.end(), {"--server", caller->server, "--ca", caller->files.ca, "--cert",
                             caller->files.certificate, "--key", caller->files.key, "--known-hosts",
                             directory + "/known_hosts"});
    if (!caller->host.empty()) line.insert(line.end(), {"--host", caller->host});
  }
  line.insert(line.end(), arguments.begin(), arguments.end());
  return line;
}

// Standard input is empty; output and errors go to the files.
pid_t Spawn(std::vector<std::string> line, const std::string& out, const std::string& err) {
  std::vector<char*> argv;
  for (std::string& word : line) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  constexpr int kCreate = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), kCreate, 0600);
  posix_spawn_file_actions_addopen(&actions, 2, err.c_str(), kCreate, 0600);
  pid_t pid = 0;
  if (posix_spawn(&pid, kProgram.c_str(), &actions, nullptr, argv.data(), environ) != 0) abort();
  posix_spawn_file_actions_destroy(&actions);
  return pid;
}

}  // namespace

Finished RunLiggare(const Caller* caller, const std::vector<std::string>& arguments,
                    const std::string& directory) {
  const std::string out = directory + "/liggare.out";
  const std::string err = directory + "/liggare.err";
  const pid_t pid = Spawn(CommandLine(caller, arguments, directory), out, err);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) abort();
  }
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, Contents(out), Contents(err)};
}

}  // namespace liggare::testing
