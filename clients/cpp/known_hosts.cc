#include "clients/cpp/known_hosts.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <system_error>
#include <utility>

#include "clients/cpp/certificate.h"
#include "proto/error/error.h"

namespace liggare::client {
namespace {

constexpr mode_t kPrivateFile = 0600;
constexpr mode_t kAccessOfOthers = S_IRWXG | S_IRWXO;

absl::Status Wrong(std::string message, std::string expected) {
  return MakeError(v1::ERROR_CODE_CONFIGURATION,
                   {std::move(message), "known-hosts", std::move(expected)});
}

absl::Status Failed(const std::string& file, const char* what) {
  const int error = errno;
  return Wrong(file + " cannot be " + what + ": " + std::strerror(error),
               "a file that can be read and written, or --host <name>");
}

// An open file that is closed, and with that unlocked, in the end.
class OpenFile {
 public:
  OpenFile(std::string name, int flags)
      : name_(std::move(name)), descriptor_(open(name_.c_str(), flags | O_CLOEXEC, kPrivateFile)) {}
  ~OpenFile() {
    if (is_open()) close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  bool is_open() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }

  absl::StatusOr<std::string> Read() const {
    struct stat info = {};
    if (fstat(descriptor_, &info) != 0) return Failed(name_, "looked at");
    if (S_ISREG(info.st_mode) && (info.st_mode & kAccessOfOthers) != 0) {
      return Wrong(name_ + " is open to others: chmod 600 " + name_, "mode 0600");
    }
    if (!S_ISREG(info.st_mode) || info.st_size > static_cast<off_t>(kKnownHostsBytesMax)) {
      return Wrong(name_ + " is no list of servers", "a file of at most 1 MiB");
    }
    std::string text(static_cast<size_t>(info.st_size), '\0');
    const ssize_t got = pread(descriptor_, text.data(), text.size(), 0);
    if (got < 0) return Failed(name_, "read");
    text.resize(static_cast<size_t>(got));
    return text;
  }

 private:
  const std::string name_;
  const int descriptor_;
};

absl::StatusOr<std::optional<KnownHost>> FindIn(const std::string& text, const std::string& file,
                                                const ServerPlace& place) {
  std::istringstream lines(text);
  std::string line;
  std::optional<KnownHost> found;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (line.empty() || line.front() == '#') continue;
    const size_t space = line.find(' ');
    const auto identity = space == std::string::npos ? absl::InvalidArgumentError("no space")
                                                     : name::ParseIdentity(line.substr(space + 1));
    if (!identity.ok() || identity->host.empty()) {
      return Wrong(file + " line " + std::to_string(number) + " names no server",
                   "<host>:<port> spiffe://<trust domain>/host/<name>");
    }
    if (found || line.substr(0, space) != place.address) continue;
    if (identity->trust_domain != place.trust_domain) continue;
    found = KnownHost{.host = identity->host, .line = number};
  }
  return found;
}

absl::Status MakeFolderOf(const std::string& file) {
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  if (folder.empty()) return absl::OkStatus();
  std::error_code error;
  const bool is_new = std::filesystem::create_directories(folder, error);
  if (error) return Wrong(folder.string() + " cannot be made: " + error.message(), "a folder");
  if (is_new && chmod(folder.c_str(), S_IRWXU) != 0) return Failed(folder.string(), "closed");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<KnownHost>> FindKnownHost(const std::string& file,
                                                       const ServerPlace& place) {
  const OpenFile open_file(file, O_RDONLY);
  if (!open_file.is_open() && errno == ENOENT) return std::nullopt;
  if (!open_file.is_open()) return Failed(file, "read");
  // Whoever writes holds the lock until the line is whole.
  if (flock(open_file.descriptor(), LOCK_SH) != 0) return Failed(file, "locked");
  const auto text = open_file.Read();
  if (!text.ok()) return text.status();
  return FindIn(*text, file, place);
}

absl::Status AddKnownHost(const std::string& file, const ServerPlace& place,
                          const std::string& host) {
  if (absl::Status made = MakeFolderOf(file); !made.ok()) return made;
  const OpenFile open_file(file, O_RDWR | O_CREAT | O_APPEND);
  if (!open_file.is_open()) return Failed(file, "written");
  if (flock(open_file.descriptor(), LOCK_EX) != 0) return Failed(file, "locked");
  const auto text = open_file.Read();
  if (!text.ok()) return text.status();
  const auto known = FindIn(*text, file, place);
  if (!known.ok()) return known.status();
  if (known->has_value()) {
    if ((*known)->host == host) return absl::OkStatus();
    return MakeError(
        v1::ERROR_CODE_UNAUTHENTICATED,
        {"the server at " + place.address + " is host/" + host + ", and another call " +
             "has met host/" + (*known)->host + " there just now",
         "server", "one server, or --host <name>"});
  }
  std::string line = place.address + " spiffe://" + place.trust_domain + "/host/" + host + "\n";
  if (!text->empty() && text->back() != '\n') line.insert(0, "\n");
  if (text->size() + line.size() > kKnownHostsBytesMax) {
    return Wrong(file + " is full", "--host <name>, or lines removed");
  }
  const bool written =
      write(open_file.descriptor(), line.data(), line.size()) == static_cast<ssize_t>(line.size());
  return written && fsync(open_file.descriptor()) == 0 ? absl::OkStatus() : Failed(file, "written");
}

}  // namespace liggare::client
