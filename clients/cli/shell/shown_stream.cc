#include "clients/cli/shell/shown_stream.h"

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "proto/error/error.h"
#include "proto/text/shown_text.h"
#include "proto/text/utf8.h"

namespace liggare::cli {
ShownStream::ShownStream(std::ostream& sink) : std::ostream(nullptr), buffer_(sink) {
  rdbuf(&buffer_);
}

ShownStream::~ShownStream() { flush(); }

absl::Status ShownStream::Finish(const std::string& name) {
  flush();
  if (good()) return absl::OkStatus();
  return MakeError(v1::ERROR_CODE_INTERNAL, {name + " cannot be written: " +
                                             (buffer_.error() != 0 && buffer_.error() != EBADF
                                                  ? std::strerror(buffer_.error())
                                                  : "it is closed")});
}

bool ShownStream::Buffer::Pass(size_t end) {
  errno = 0;
  std::string_view passed = std::string_view(kept_).substr(0, end);
  // A file may begin with a byte order mark (table --bom); anywhere else it is invisible.
  if (!std::exchange(begun_, true) && passed.starts_with(text::kByteOrderMark)) {
    sink_ << text::kByteOrderMark;
    passed = text::WithoutByteOrderMark(passed);
  }
  sink_ << text::ShownLines(passed);
  kept_.erase(0, end);
  if (!sink_ && error_ == 0) error_ = errno;
  return static_cast<bool>(sink_);
}

ShownStream::Buffer::int_type ShownStream::Buffer::overflow(int_type c) {
  if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
  const char one = traits_type::to_char_type(c);
  return xsputn(&one, 1) == 1 ? c : traits_type::eof();
}

std::streamsize ShownStream::Buffer::xsputn(const char* text, std::streamsize count) {
  kept_.append(text, static_cast<size_t>(count));
  const size_t newline = kept_.rfind('\n');
  if (newline != std::string::npos && !Pass(newline + 1)) return 0;
  return count;
}

int ShownStream::Buffer::sync() {
  if (!kept_.empty() && !Pass(kept_.size())) return -1;
  errno = 0;
  sink_.flush();
  if (!sink_ && error_ == 0) error_ = errno;
  return sink_ ? 0 : -1;
}

}  // namespace liggare::cli
