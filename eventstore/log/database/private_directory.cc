#include "eventstore/log/database/private_directory.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "proto/error/error.h"

namespace liggare::log {
namespace {

constexpr mode_t kPrivateMode = S_IRWXU;
constexpr mode_t kAccessOfOthers = S_IRWXG | S_IRWXO;

std::string ModeText(mode_t mode) {
  char text[8];
  snprintf(text, sizeof(text), "%04o", static_cast<unsigned>(mode & 07777));
  return text;
}

absl::Status Failed(const std::string& path, const char* what, int error) {
  return absl::UnavailableError(path + " " + what + ": " + std::strerror(error));
}

}  // namespace

absl::Status MakePrivateDirectory(const std::string& path) {
  std::error_code error;
  const std::filesystem::path above = std::filesystem::path(path + "/").parent_path().parent_path();
  if (!above.empty()) std::filesystem::create_directories(above, error);
  if (error) return absl::UnavailableError(path + " can't be made: " + error.message());
  if (mkdir(path.c_str(), kPrivateMode) == 0) return CloseDirectory(path);
  if (errno != EEXIST) return Failed(path, "can't be made", errno);
  if (!std::filesystem::is_directory(path, error)) return Failed(path, "can't be made", ENOTDIR);
  return CheckPrivateDirectory(path);
}

absl::Status CheckPrivateDirectory(const std::string& path) {
  struct stat info = {};
  if (stat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) return absl::OkStatus();
  if ((info.st_mode & kAccessOfOthers) == 0) return absl::OkStatus();
  return MakeError(v1::ERROR_CODE_CONFIGURATION,
                   {.message = path + " is open to others than its owner, with mode " +
                               ModeText(info.st_mode) + ": chmod 700 " + path,
                    .field = "",
                    .expected = "mode 0700"});
}

absl::Status CloseDirectory(const std::string& path) {
  if (chmod(path.c_str(), kPrivateMode) == 0 || errno == ENOENT) return absl::OkStatus();
  return Failed(path, "can't be closed to others", errno);
}

}  // namespace liggare::log
