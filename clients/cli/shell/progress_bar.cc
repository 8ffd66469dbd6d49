#include "clients/cli/shell/progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <ostream>
#include <utility>

#include "proto/text/shown_text.h"
#include "services/presentation/swedish_text.h"

namespace liggare::cli {
namespace {

constexpr int kBarWidth = 30;
constexpr std::chrono::milliseconds kDrawEvery(100);
constexpr char kClearLine[] = "\r\033[K";

}  // namespace

std::string ProgressLine(const Progress& progress, double seconds, std::string_view noun) {
  std::string line;
  if (progress.total_bytes > 0) {
    const uint64_t done = std::min(progress.done_bytes, progress.total_bytes);
    const int percent = static_cast<int>(done * 100 / progress.total_bytes);
    const int filled = percent * kBarWidth / 100;
    line = "[" + std::string(filled, '#') + std::string(kBarWidth - filled, '.') + "]  " +
           std::to_string(percent) + " %  ";
  }
  line += presentation::SwedishNumber(std::to_string(progress.count)) + " " + std::string(noun);
  if (seconds > 0) {
    const auto rate = static_cast<uint64_t>(static_cast<double>(progress.count) / seconds);
    line += "  " + presentation::SwedishNumber(std::to_string(rate)) + "/s";
  }
  return line;
}

ProgressBar::ProgressBar(std::ostream& err, bool visible, std::string noun)
    : err_(err),
      visible_(visible),
      noun_(std::move(noun)),
      start_(std::chrono::steady_clock::now()) {}

ProgressBar::~ProgressBar() {
  const std::lock_guard<std::mutex> lock(mutex_);
  Clear();
}

void ProgressBar::Update(const Progress& progress) {
  if (!visible_) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (drawn_ && now - drawn_at_ < kDrawEvery) return;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  err_ << kClearLine << ProgressLine(progress, seconds, noun_) << std::flush;
  drawn_ = true;
  drawn_at_ = now;
}

void ProgressBar::Print(std::string_view line) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Clear();
  err_ << text::ShownText(line) << "\n" << std::flush;
}

void ProgressBar::Clear() {
  if (drawn_) err_ << kClearLine << std::flush;
  drawn_ = false;
}

bool ErrorIsTerminal() { return isatty(STDERR_FILENO) == 1; }

}  // namespace liggare::cli
