#include "clients/cli/file_text.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "proto/error/error.h"

namespace liggare::cli {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";

absl::Status Failed(const std::string& file, int error) {
  return MakeError(v1::ERROR_CODE_INTERNAL, {file + " cannot be written: " + std::strerror(error)});
}

absl::Status WriteAll(int descriptor, const std::string& file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed(file, errno);
    text.remove_prefix(written);
  }
  return fsync(descriptor) == 0 ? absl::OkStatus() : Failed(file, errno);
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text;
  if (in) text.assign(std::istreambuf_iterator<char>(in), {});
  if (!in || in.bad()) {
    return MakeError(v1::ERROR_CODE_NOT_FOUND, {"the file " + file + " cannot be read"});
  }
  return text;
}

absl::Status WriteFile(const std::string& file, std::string_view text) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  return out ? absl::OkStatus() : Failed(file, errno);
}

absl::Status CreateFile(const std::string& file, std::string_view text, unsigned mode) {
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (descriptor < 0 && errno == EEXIST) {
    return MakeError(v1::ERROR_CODE_ALREADY_EXISTS,
                     {file + " is there already and is not overwritten"});
  }
  if (descriptor < 0) return Failed(file, errno);
  const absl::Status status = WriteAll(descriptor, file, text);
  close(descriptor);
  return status;
}

std::string Stripped(std::string_view text) {
  const size_t begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(kSpaces) - begin + 1));
}

}  // namespace liggare::cli
