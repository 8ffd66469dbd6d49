#include "clients/cli/shell/record_tally.h"

#include <algorithm>

#include "clients/cli/shell/event_line.h"
#include "services/presentation/event_ref_json.h"
#include "services/presentation/swedish_text.h"

namespace liggare::cli {
namespace {

constexpr char kFormat[] = "liggare.record/1";

std::string Count(uint64_t n) { return presentation::SwedishNumber(std::to_string(n)); }

}  // namespace

void RecordTally::Sent(uint64_t line) {
  const std::lock_guard<std::mutex> lock(mutex_);
  unanswered_.push_back(line);
}

uint64_t RecordTally::Answered(const v1::RecordResult& result) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const uint64_t line = unanswered_.front();
  unanswered_.pop_front();
  if (!result.has_recorded()) {
    summary_.refused_lines.push_back(line);
    return line;
  }
  ++(result.recorded().duplicate() ? summary_.duplicates : summary_.recorded);
  uint64_t& next_index = summary_.frontier[result.recorded().log()];
  next_index = std::max(next_index, result.recorded().index() + 1);
  return line;
}

void RecordTally::Refused(uint64_t line) {
  const std::lock_guard<std::mutex> lock(mutex_);
  summary_.refused_lines.push_back(line);
}

void RecordTally::StoppedBefore(uint64_t line) {
  const std::lock_guard<std::mutex> lock(mutex_);
  stopped_before_ = line;
}

uint64_t RecordTally::refused_count() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return summary_.refused_lines.size();
}

uint64_t RecordTally::answered_count() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return summary_.recorded + summary_.duplicates + summary_.refused_lines.size();
}

RecordSummary RecordTally::Summary() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  RecordSummary summary = summary_;
  std::sort(summary.refused_lines.begin(), summary.refused_lines.end());
  summary.resume_from = unanswered_.empty() ? stopped_before_ : unanswered_.front();
  return summary;
}

std::string SummaryText(const RecordSummary& summary) {
  std::string text = "Registrerade: " + Count(summary.recorded) +
                     ", redan registrerade: " + Count(summary.duplicates) +
                     ", avvisade: " + Count(summary.refused_lines.size()) + "\n";
  if (!summary.refused_lines.empty()) {
    text += "Avvisade rader: " + LineRanges(summary.refused_lines) + "\n";
  }
  if (summary.resume_from) {
    text += "Fortsätt med --from-line " + std::to_string(*summary.resume_from) + "\n";
  }
  return text;
}

std::string SummaryJson(const RecordSummary& summary) {
  presentation::Json json = {{"format", kFormat},
                             {"recorded", summary.recorded},
                             {"duplicates", summary.duplicates},
                             {"refused", summary.refused_lines.size()},
                             {"refused_lines", summary.refused_lines}};
  json["resume_from_line"] =
      summary.resume_from ? presentation::Json(*summary.resume_from) : presentation::Json(nullptr);
  json["frontier"] = summary.frontier;
  return json.dump(2) + "\n";
}

}  // namespace liggare::cli
