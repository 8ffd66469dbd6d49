// A stream that shows text (proto/text/shown_text.h): what a sender wrote can't move the
// cursor of whoever reads it. Everything that a command prints goes through one, so that
// no form has to think of it; a form whose line may be broken by a newline from outside
// uses ShownText itself, as TextTable does.
#ifndef CLIENTS_CLI_SHELL_SHOWN_STREAM_H_
#define CLIENTS_CLI_SHELL_SHOWN_STREAM_H_

#include <ostream>
#include <streambuf>
#include <string>

#include "absl/status/status.h"

namespace liggare::cli {

// Not thread-safe.
class ShownStream : public std::ostream {
 public:
  // `sink` must outlive the stream.
  explicit ShownStream(std::ostream& sink);
  // Flushes.
  ~ShownStream() override;

  // Flushes. INTERNAL with the system's reason if something that was written did not
  // reach the sink, then or earlier: "<name> cannot be written: No space left on device".
  absl::Status Finish(const std::string& name);

 private:
  class Buffer : public std::streambuf {
   public:
    explicit Buffer(std::ostream& sink) : sink_(sink) {}
    int error() const { return error_; }

   protected:
    int_type overflow(int_type c) override;
    std::streamsize xsputn(const char* text, std::streamsize count) override;
    int sync() override;

   private:
    // Shows what is kept up to `end`, and drops it.
    bool Pass(size_t end);

    std::ostream& sink_;
    std::string kept_;  // Since the last newline: a code point may come in parts.
    bool begun_ = false;
    int error_ = 0;  // errno of the first failure.
  };

  Buffer buffer_;
};

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_SHELL_SHOWN_STREAM_H_
