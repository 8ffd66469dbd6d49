#include "services/replication/chunks/clock_check.h"

#include <algorithm>
#include <cstdlib>

#include "eventstore/log/bytes/clock.h"
#include "proto/text/utc_time.h"
#include "services/replication/session/limits.h"

namespace liggare::replication {

std::string ApartText(int64_t ahead_ms) {
  return std::to_string(std::abs(ahead_ms) / 1000) + " s " + (ahead_ms > 0 ? "ahead of" : "behind");
}

std::vector<ClockFault> JudgeClock(const KnownClocks& known) {
  std::vector<ClockFault> faults;
  const bool agrees =
      known.agreed_ms > 0 && std::abs(known.now_ms - known.agreed_ms) <= log::kClockAheadMaxMs;
  const std::string now = text::UtcText(known.now_ms);
  if (known.own_last_ms - known.now_ms > log::kClockAheadMaxMs) {
    faults.push_back({.text = "its clock says " + now + ", but the last entry of its log is of " +
                              text::UtcText(known.own_last_ms) +
                              ": what it recorded now would be held back until its clock is there",
                      .until_ms = known.own_last_ms - log::kClockAheadMaxMs,
                      .may_store = agrees,
                      .key = "the clock is behind its log"});
  }
  const int64_t latest_ms = std::max({known.own_last_ms, known.agreed_ms, known.confirmed_ms});
  if (!agrees && known.own_last_ms > 0 && known.now_ms - latest_ms > kClockJumpMaxMs) {
    faults.push_back({.text = "its clock says " + now + ", the last that it knows of the time is " +
                              text::UtcText(latest_ms) +
                              ", and no neighbour says that so much time has passed",
                      .may_store = false,
                      .key = "the clock has jumped"});
  }
  if (known.ahead_of_parent_ms && std::abs(*known.ahead_of_parent_ms) > log::kClockAheadMaxMs) {
    faults.push_back(
        {.text = "its clock is " + ApartText(*known.ahead_of_parent_ms) + " " + known.parent + "'s",
         .key = "the clock is not the parent's"});
  }
  return faults;
}

}  // namespace liggare::replication
