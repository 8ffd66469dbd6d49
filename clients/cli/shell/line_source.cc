#include "clients/cli/shell/line_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "clients/cpp/file_bytes.h"
#include "proto/error/error.h"
#include "proto/text/utf8.h"

namespace liggare::cli {
namespace {

constexpr size_t kReadBytes = 64 * 1024;
constexpr size_t kEncodingBytes = 2;  // That tell the encoding.

}  // namespace

LineSource::LineSource(std::string name, int descriptor, size_t line_bytes_max)
    : name_(std::move(name)), descriptor_(descriptor), line_bytes_max_(line_bytes_max) {}

LineSource::~LineSource() {
  if (descriptor_ != STDIN_FILENO) close(descriptor_);
}

absl::StatusOr<std::unique_ptr<LineSource>> LineSource::Open(const std::string& name,
                                                             size_t line_bytes_max) {
  const bool is_input = name == kStandardInput;
  const int descriptor = is_input ? STDIN_FILENO : open(name.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return MakeError(errno == ENOENT ? v1::ERROR_CODE_NOT_FOUND : v1::ERROR_CODE_INTERNAL,
                     {name + " cannot be read: " + std::strerror(errno)});
  }
  std::unique_ptr<LineSource> source(
      new LineSource(is_input ? "standard input" : name, descriptor, line_bytes_max));
  struct stat about = {};
  if (fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode)) {
    source->total_bytes_ = static_cast<uint64_t>(about.st_size);
  }
  // Read at once: what can't be read, or not in this encoding, is said before anything is sent.
  for (bool more = true; more && source->read_.size() < kEncodingBytes;) {
    const auto filled = source->Fill();
    if (!filled.ok()) return filled.status();
    more = *filled;
  }
  if (absl::Status status = source->CheckEncoding(); !status.ok()) return status;
  return source;
}

absl::Status LineSource::CheckEncoding() {
  if (!text::IsWideText(read_)) return absl::OkStatus();
  return MakeError(v1::ERROR_CODE_MALFORMED, {name_ + " is UTF-16 or UTF-32", "", "UTF-8"});
}

absl::StatusOr<bool> LineSource::Fill() {
  read_.erase(0, std::exchange(at_, 0));
  const auto count = client::ReadSome(descriptor_, name_, kReadBytes, read_);
  if (!count.ok()) return count.status();
  return *count > 0;
}

void LineSource::Keep(size_t end, Line& line) {
  const size_t room = line_bytes_max_ - line.text.size();
  line.text.append(read_, at_, std::min(end - at_, room));
  line.bytes += end - at_;
  done_bytes_ += end - at_;
  at_ = end;
}

absl::StatusOr<bool> LineSource::Next(Line& line) {
  line = {};
  bool is_any = false;
  for (;;) {
    const size_t newline = read_.find('\n', at_);
    is_any = is_any || at_ < read_.size();
    Keep(std::min(newline, read_.size()), line);
    if (newline != std::string::npos) {
      ++at_;
      ++done_bytes_;
      break;
    }
    const auto more = Fill();
    if (!more.ok()) return more.status();
    if (!*more) break;
  }
  if (is_any) ++number_;
  return is_any;
}

}  // namespace liggare::cli
