#include "services/state/received_times.h"

#include <algorithm>
#include <string>
#include <utility>

#include "eventstore/log/bytes/entry.h"
#include "proto/name/log_name.h"
#include "services/domain/place/subject.h"
#include "services/state/received_entry.h"

namespace liggare::state {
namespace {

// Whether it names the entry's log to beyond the entry.
bool Covers(const v1::Received& received, const domain::EntryPlace& entry) {
  return std::any_of(received.logs().begin(), received.logs().end(), [&](const v1::LogState& log) {
    return log.log() == entry.log && log.size() > entry.index;
  });
}

}  // namespace

ReceivedTimes::ReceivedTimes(const log::EventLog& log, FrontierRef frontier)
    : log_(log), frontier_(std::move(frontier)) {}

absl::StatusOr<std::optional<int64_t>> ReceivedTimes::ArrivalAt(std::string_view node,
                                                                const domain::EntryPlace& entry) {
  std::optional<int64_t> arrived_at_ms;
  absl::Status read = absl::OkStatus();
  const log::SubjectKey after{.clock = entry.clock, .log = log_.own_log()};
  const absl::Status scanned =
      log_.ScanSubject(domain::NodeSubject(node), after, [&](const log::SubjectEntry& candidate) {
        const bool is_own = name::PathOfLog(candidate.key.log) == node;
        const bool is_known = frontier_->Holds(candidate.key.log, candidate.key.index);
        if (candidate.type != log::kReceivedType || !is_own || !is_known) return true;
        const auto received = ReadReceived(log_, candidate.key.log, candidate.key.index);
        if (!received.ok()) {
          read = received.status();
          return false;
        }
        if (Covers(*received, entry)) arrived_at_ms = received->arrived_at_ms();
        return !arrived_at_ms.has_value();
      });
  if (!scanned.ok()) return scanned;
  if (!read.ok()) return read;
  return arrived_at_ms;
}

}  // namespace liggare::state
