#include "tests/testing/liggared_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/testing/paths.h"

namespace liggare::testing {
namespace {

std::string Contents(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

}  // namespace

LiggaredProcess::LiggaredProcess(const ScratchDirectory& scratch,
                                 std::vector<std::string> arguments, size_t descriptors_max)
    : out_(scratch / "out"), err_(scratch / "err") {
  const std::string program = ProgramPath("liggared");
  int ready[2];
  if (pipe(ready) != 0) abort();
  pid_ = fork();
  if (pid_ == 0) {
    close(ready[0]);
    dup2(open(out_.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600), STDOUT_FILENO);
    dup2(open(err_.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600), STDERR_FILENO);
    const rlimit limit = {descriptors_max, descriptors_max};
    if (descriptors_max != 0) setrlimit(RLIMIT_NOFILE, &limit);
    arguments.insert(arguments.begin(), program);
    arguments.push_back("--ready-fd=" + std::to_string(ready[1]));
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    execv(program.c_str(), argv.data());
    _exit(127);
  }
  close(ready[1]);
  ready_ = ready[0];
}

LiggaredProcess::~LiggaredProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(ready_);
}

std::string LiggaredProcess::AwaitReady() {
  std::string line;
  char c = 0;
  while (read(ready_, &c, 1) == 1) line += c;
  return line;
}

std::string LiggaredProcess::AwaitAddress() {
  std::string line = AwaitReady();
  if (!line.empty()) line.pop_back();
  return line.substr(line.rfind(' ') + 1);
}

void LiggaredProcess::Signal(int number) { kill(pid_, number); }

int LiggaredProcess::AwaitExit() {
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string LiggaredProcess::out() const { return Contents(out_); }

std::string LiggaredProcess::err() const { return Contents(err_); }

size_t LiggaredProcess::AnonymousBytes() const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  std::string word;
  while (status >> word) {
    size_t kib = 0;
    if (word == "RssAnon:" && status >> kib) return kib * 1024;
  }
  return 0;
}

}  // namespace liggare::testing
