#include "clients/cli/shell/file_text.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "proto/error/error.h"
#include "proto/text/utf8.h"

namespace liggare::cli {
namespace {

constexpr mode_t kPrivateFile = 0600;
constexpr mode_t kPrivateFolder = 0700;
constexpr std::string_view kSpaces = " \t\r\n";

absl::Status Failed(const std::string& file, int error) {
  const std::string name = file.empty() ? "a file without a name" : file;
  return MakeError(v1::ERROR_CODE_INTERNAL, {name + " cannot be written: " + std::strerror(error)});
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

absl::StatusOr<std::string> ReadTextFile(const std::string& file) {
  auto bytes = ReadFile(file);
  if (!bytes.ok()) return bytes.status();
  const auto wrong = [&](const std::string& what) {
    return MakeError(v1::ERROR_CODE_MALFORMED, {file + what, "", "UTF-8"});
  };
  if (text::IsWideText(*bytes)) return wrong(" is UTF-16 or UTF-32");
  if (const auto byte = text::FirstByteNotUtf8(*bytes)) {
    return wrong(" is not UTF-8 from byte " + std::to_string(*byte + 1));
  }
  return std::string(text::WithoutByteOrderMark(*bytes));
}

absl::Status MakePrivateFile(const std::string& file) {
  struct stat info = {};
  const bool is_there = stat(file.c_str(), &info) == 0;
  if (is_there && S_ISDIR(info.st_mode)) return Failed(file, EISDIR);
  if (is_there && !S_ISREG(info.st_mode)) return absl::OkStatus();
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, kPrivateFile);
  if (descriptor < 0) return Failed(file, errno);
  const bool closed = fchmod(descriptor, kPrivateFile) == 0;
  const int error = errno;
  close(descriptor);
  return closed ? absl::OkStatus() : Failed(file, error);
}

absl::Status MakePrivateFolder(const std::string& folder) {
  std::error_code error;
  if (!std::filesystem::create_directories(folder, error) && !error) return absl::OkStatus();
  if (!error && chmod(folder.c_str(), kPrivateFolder) == 0) return absl::OkStatus();
  return MakeError(
      v1::ERROR_CODE_INTERNAL,
      {folder + " cannot be made: " + (error ? error.message() : std::strerror(errno))});
}

absl::Status WriteFile(const std::string& file, std::string_view text) {
  if (absl::Status made = MakePrivateFile(file); !made.ok()) return made;
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
  const absl::Status status =
      fchmod(descriptor, mode) == 0 ? WriteAll(descriptor, file, text) : Failed(file, errno);
  close(descriptor);
  return status;
}

std::string Stripped(std::string_view text) {
  const size_t begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(kSpaces) - begin + 1));
}

}  // namespace liggare::cli
