// One line on a terminal that says how far a long command has come. Writes
// nothing where the stream is no terminal.
//
//   [##########..............]  41 %  12 345 händelser  9 800/s
//
// Thread-safe.
#ifndef CLIENTS_CLI_SHELL_PROGRESS_BAR_H_
#define CLIENTS_CLI_SHELL_PROGRESS_BAR_H_

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <mutex>
#include <string>
#include <string_view>

namespace liggare::cli {

// How far it has come. Without a total there is a count but no bar.
struct Progress {
  uint64_t done_bytes = 0;
  uint64_t total_bytes = 0;  // 0: not known.
  uint64_t count = 0;
};

// The line, without a newline. `seconds` since the start.
std::string ProgressLine(const Progress& progress, double seconds, std::string_view noun);

class ProgressBar {
 public:
  // `visible` is whether `err` is a terminal.
  ProgressBar(std::ostream& err, bool visible, std::string noun);
  ~ProgressBar();  // Clears the line.

  // Draws, at most ten times a second.
  void Update(const Progress& progress);
  // Writes a line of its own above the bar, shown (proto/text/shown_text.h).
  void Print(std::string_view line);

 private:
  void Clear();

  std::ostream& err_;
  const bool visible_;
  const std::string noun_;
  const std::chrono::steady_clock::time_point start_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point drawn_at_;  // Guarded by mutex_.
  bool drawn_ = false;                              // Guarded by mutex_.
};

// Whether standard error is a terminal.
bool ErrorIsTerminal();

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_SHELL_PROGRESS_BAR_H_
