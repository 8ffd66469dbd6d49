#include "clients/cpp/file_bytes.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "proto/error/error.h"

namespace liggare::client {
namespace {

constexpr size_t kReadBytes = 64 * 1024;

absl::Status CannotBeRead(const std::string& name, int error) {
  const v1::ErrorCode code = error == ENOENT ? v1::ERROR_CODE_NOT_FOUND : v1::ERROR_CODE_INTERNAL;
  const std::string said = name.empty() ? "a file without a name" : name;
  const char* reason = error == EBADF ? "it is closed" : std::strerror(error);
  return MakeError(code, {said + " cannot be read: " + reason});
}

}  // namespace

absl::StatusOr<size_t> ReadSome(int descriptor, const std::string& name, size_t bytes_max,
                                std::string& bytes) {
  const size_t before = bytes.size();
  bytes.resize(before + bytes_max);
  ssize_t count = 0;
  do {
    count = read(descriptor, bytes.data() + before, bytes_max);
  } while (count < 0 && errno == EINTR);
  const int error = errno;
  bytes.resize(before + (count > 0 ? static_cast<size_t>(count) : 0));
  if (count < 0) return CannotBeRead(name, error);
  return static_cast<size_t>(count);
}

absl::StatusOr<std::string> ReadAll(int descriptor, const std::string& name) {
  std::string bytes;
  for (;;) {
    const auto count = ReadSome(descriptor, name, kReadBytes, bytes);
    if (!count.ok()) return count.status();
    if (*count == 0) return bytes;
    if (bytes.size() > kFileBytesMax) {
      return MakeError(v1::ERROR_CODE_LIMIT_EXCEEDED,
                       {name + " is larger than " + std::to_string(kFileBytesMax) + " bytes"});
    }
  }
}

absl::StatusOr<std::string> ReadFile(const std::string& file) {
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return CannotBeRead(file, errno);
  absl::StatusOr<std::string> bytes = ReadAll(descriptor, file);
  close(descriptor);
  return bytes;
}

}  // namespace liggare::client
