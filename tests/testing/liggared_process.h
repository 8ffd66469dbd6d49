// A running liggared whose output goes to files.
#ifndef TESTS_TESTING_LIGGARED_PROCESS_H_
#define TESTS_TESTING_LIGGARED_PROCESS_H_

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

#include "tests/testing/scratch_directory.h"

namespace liggare::testing {

class LiggaredProcess {
 public:
  // `descriptors_max`: its limit on open files; 0: that of the test.
  LiggaredProcess(const ScratchDirectory& scratch, std::vector<std::string> arguments,
                  size_t descriptors_max = 0);
  // Kills it.
  ~LiggaredProcess();
  LiggaredProcess(const LiggaredProcess&) = delete;
  LiggaredProcess& operator=(const LiggaredProcess&) = delete;

  // The ready line; empty if the process ended without one.
  std::string AwaitReady();
  // The address in the ready line.
  std::string AwaitAddress();
  void Signal(int number);
  // The exit code; 128 and the signal's number if one ended it.
  int AwaitExit();

  std::string out() const;
  std::string err() const;
  // Memory that it has in use, not shared with files.
  size_t AnonymousBytes() const;

 private:
  const std::string out_;
  const std::string err_;
  pid_t pid_ = -1;
  int ready_ = -1;
};

}  // namespace liggare::testing

#endif  // TESTS_TESTING_LIGGARED_PROCESS_H_
