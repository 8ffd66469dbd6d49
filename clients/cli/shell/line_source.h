// The lines of a file or of standard input, one at a time. Whatever ends them but the end
// of the input is an error, for what comes after would be lost in silence.
#ifndef CLIENTS_CLI_SHELL_LINE_SOURCE_H_
#define CLIENTS_CLI_SHELL_LINE_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace liggare::cli {

// The name of standard input.
inline constexpr char kStandardInput[] = "-";

// Not thread-safe.
class LineSource {
 public:
  // `line_bytes_max`: so much of a line is kept. NOT_FOUND or INTERNAL if the file can't
  // be read, by its name and the system's reason; MALFORMED if it is UTF-16 or UTF-32.
  static absl::StatusOr<std::unique_ptr<LineSource>> Open(const std::string& name,
                                                          size_t line_bytes_max);
  ~LineSource();
  LineSource(const LineSource&) = delete;
  LineSource& operator=(const LineSource&) = delete;

  struct Line {
    std::string text;    // Without its newline; at most line_bytes_max bytes of it.
    uint64_t bytes = 0;  // How long it is.
  };
  // Reads the next line into `line`; false at the end of the input. An error in the middle
  // is INTERNAL.
  absl::StatusOr<bool> Next(Line& line);

  // Of the line that Next gave, from 1.
  uint64_t number() const { return number_; }
  uint64_t done_bytes() const { return done_bytes_; }
  uint64_t total_bytes() const { return total_bytes_; }  // 0: not known.

 private:
  LineSource(std::string name, int descriptor, size_t line_bytes_max);
  // Reads more into `read_`; false at the end.
  absl::StatusOr<bool> Fill();
  absl::Status CheckEncoding();
  void Keep(size_t end, Line& line);

  const std::string name_;
  const int descriptor_;
  const size_t line_bytes_max_;
  std::string read_;  // And not given, from at_.
  size_t at_ = 0;
  uint64_t number_ = 0;
  uint64_t done_bytes_ = 0;
  uint64_t total_bytes_ = 0;
};

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_SHELL_LINE_SOURCE_H_
