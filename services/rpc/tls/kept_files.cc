#include "services/rpc/tls/kept_files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "proto/error/error.h"

namespace liggare::rpc {
namespace {

absl::Status Failed(const char* what) {
  return MakeError(v1::ERROR_CODE_UNAVAILABLE,
                   {.message = std::string("certificates can't be kept in memory: ") + what + ": " +
                               strerror(errno)});
}

// A new file with this text. gRPC takes a key and its certificate for one another's
// if neither file's time, in seconds, has changed while it read them: so each
// has a time of its own.
absl::StatusOr<int> NewFile(std::string_view text, int64_t time_s) {
  const int file = memfd_create("liggare-tls", MFD_CLOEXEC);
  if (file < 0) return Failed("memfd_create");
  const timespec times[2] = {{time_s, 0}, {time_s, 0}};
  if (write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      futimens(file, times) == 0) {
    return file;
  }
  const absl::Status failed = Failed("write");
  close(file);
  return failed;
}

std::string OwnText(const PemTexts& texts) { return texts.certificate + "\n" + texts.key; }

// Puts a new file in the place of an open one.
absl::Status ReplaceFile(int place, std::string_view text, int64_t time_s) {
  const absl::StatusOr<int> file = NewFile(text, time_s);
  if (!file.ok()) return file.status();
  const bool replaced = dup3(*file, place, O_CLOEXEC) == place;
  const absl::Status status = replaced ? absl::OkStatus() : Failed("dup3");
  close(*file);
  return status;
}

constexpr int64_t kFirstTimeS = 1;  // 0 says to gRPC that there is no file.

}  // namespace

KeptFiles::KeptFiles(int own, int ca, PemTexts texts)
    : own_(own), ca_(ca), texts_(std::move(texts)) {}

absl::StatusOr<std::shared_ptr<KeptFiles>> KeptFiles::Keep(PemTexts texts) {
  const absl::StatusOr<int> own = NewFile(OwnText(texts), kFirstTimeS);
  if (!own.ok()) return own.status();
  const absl::StatusOr<int> ca = NewFile(texts.ca, kFirstTimeS);
  if (!ca.ok()) {
    close(*own);
    return ca.status();
  }
  return std::shared_ptr<KeptFiles>(new KeptFiles(*own, *ca, std::move(texts)));
}

KeptFiles::~KeptFiles() {
  close(own_);
  close(ca_);
}

absl::Status KeptFiles::Replace(PemTexts texts) {
  std::lock_guard lock(mutex_);
  const int64_t time_s = kFirstTimeS + ++replaced_count_;
  if (absl::Status status = ReplaceFile(ca_, texts.ca, time_s); !status.ok()) return status;
  if (absl::Status status = ReplaceFile(own_, OwnText(texts), time_s); !status.ok()) return status;
  texts_ = std::move(texts);
  return absl::OkStatus();
}

PemTexts KeptFiles::texts() const {
  std::lock_guard lock(mutex_);
  return texts_;
}

std::string KeptFiles::Path(int descriptor) {
  return "/proc/self/fd/" + std::to_string(descriptor);
}

}  // namespace liggare::rpc
