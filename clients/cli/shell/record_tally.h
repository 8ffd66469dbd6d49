// What became of the lines of `record`: counts, refused lines, how far each log
// came. Lines are answered in the order in which they were sent.
//
// Thread-safe.
#ifndef CLIENTS_CLI_SHELL_RECORD_TALLY_H_
#define CLIENTS_CLI_SHELL_RECORD_TALLY_H_

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "clients/cli/shell/frontier_file.h"
#include "liggare/v1/event_service.pb.h"

namespace liggare::cli {

struct RecordSummary {
  uint64_t recorded = 0;
  uint64_t duplicates = 0;              // Recorded before.
  std::vector<uint64_t> refused_lines;  // In rising order.
  std::optional<uint64_t> resume_from;  // The first line that is in doubt.
  Frontier frontier;
};

class RecordTally {
 public:
  // The line is about to be sent.
  void Sent(uint64_t line);
  // The answer to the first line that is sent and not answered; its number.
  uint64_t Answered(const v1::RecordResult& result);
  // The line was refused without being sent.
  void Refused(uint64_t line);
  // Nothing from this line on was sent.
  void StoppedBefore(uint64_t line);

  uint64_t refused_count() const;
  uint64_t answered_count() const;
  RecordSummary Summary() const;

 private:
  mutable std::mutex mutex_;
  std::deque<uint64_t> unanswered_;
  std::optional<uint64_t> stopped_before_;
  RecordSummary summary_;
};

// The summary in Swedish, a line or two, and as JSON, format liggare.record/1.
std::string SummaryText(const RecordSummary& summary);
std::string SummaryJson(const RecordSummary& summary);

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_SHELL_RECORD_TALLY_H_
