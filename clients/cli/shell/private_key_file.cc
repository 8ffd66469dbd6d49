#include "clients/cli/shell/private_key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "clients/cli/shell/file_text.h"
#include "proto/error/error.h"

namespace liggare::cli {
namespace {

constexpr unsigned kPrivateMode = 0600;
constexpr mode_t kAccessOfOthers = S_IRWXG | S_IRWXO;

absl::Status Failed(const std::string& file, const char* what) {
  const int error = errno;
  return MakeError(v1::ERROR_CODE_INTERNAL,
                   {file + " cannot be " + what + ": " + std::strerror(error)});
}

// A new name may not be there after a crash before its directory is synced.
absl::Status SyncFolderOf(const std::string& file) {
  std::string folder = std::filesystem::path(file).parent_path().string();
  if (folder.empty()) folder = ".";
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return Failed(folder, "opened");
  const bool synced = fsync(descriptor) == 0;
  close(descriptor);
  return synced ? absl::OkStatus() : Failed(folder, "synced");
}

}  // namespace

absl::StatusOr<note::SigningKey> ReadKeyFile(const std::string& file) {
  auto text = ReadTextFile(file);
  if (!text.ok()) return text.status();
  struct stat info = {};
  if (stat(file.c_str(), &info) != 0) return Failed(file, "looked at");
  if ((info.st_mode & kAccessOfOthers) != 0) {
    return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                     {file + " can be read by others", "key", "mode 0600"});
  }
  auto key = note::SigningKey::Parse(*text);
  if (key.ok()) return key;
  return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                   {file + ": " + std::string(key.status().message()), "key",
                    "a signing key made with 'liggare node init'"});
}

absl::Status CreateKeyFile(const std::string& file, const note::SigningKey& key) {
  const std::string unfinished = file + ".unfinished";
  unlink(unfinished.c_str());
  if (auto status = CreateFile(unfinished, key.Text(), kPrivateMode); !status.ok()) return status;
  // A link, unlike a rename, never takes the place of a file that is there.
  const bool linked = link(unfinished.c_str(), file.c_str()) == 0;
  const absl::Status status =
      linked            ? SyncFolderOf(file)
      : errno == EEXIST ? MakeError(v1::ERROR_CODE_ALREADY_EXISTS, {file + " is there already"})
                        : Failed(file, "made");
  unlink(unfinished.c_str());
  return status;
}

}  // namespace liggare::cli
