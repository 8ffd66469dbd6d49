// While it lives, new files are as open as whoever makes them asks for: what is private
// then is so on purpose.
#ifndef TESTS_TESTING_OPEN_UMASK_H_
#define TESTS_TESTING_OPEN_UMASK_H_

#include <sys/stat.h>

#include <string>

namespace liggare::testing {

class OpenUmask {
 public:
  OpenUmask() : before_(umask(0)) {}
  ~OpenUmask() { umask(before_); }
  OpenUmask(const OpenUmask&) = delete;
  OpenUmask& operator=(const OpenUmask&) = delete;

 private:
  const mode_t before_;
};

// Permissions of a file or directory; 07777 if there is none.
inline mode_t ModeOf(const std::string& path) {
  struct stat info = {};
  return stat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 07777;
}

}  // namespace liggare::testing

#endif  // TESTS_TESTING_OPEN_UMASK_H_
