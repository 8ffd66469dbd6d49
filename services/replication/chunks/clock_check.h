// Whether a node's own clock can be right, by what it knows of the time: the entries
// of its own log, and what its neighbours say. Pure.
//
//   own log's last entry    a parent or child that agrees       the parent
//        |---- kClockJumpMaxMs ----|                        |± kClockAheadMaxMs|
//                              the own clock must not be beyond these
//
// An entry with a wrong clock can't be taken back, and those after it are ahead as
// well: where nobody agrees, a clock that jumps records nothing.
#ifndef SERVICES_REPLICATION_CHUNKS_CLOCK_CHECK_H_
#define SERVICES_REPLICATION_CHUNKS_CLOCK_CHECK_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace liggare::replication {

// Milliseconds since 1970; 0: not known.
struct KnownClocks {
  int64_t now_ms = 0;        // The node's own clock.
  int64_t own_last_ms = 0;   // The clock of the last entry of its own log.
  int64_t agreed_ms = 0;     // Its own clock when a neighbour last agreed with it.
  int64_t confirmed_ms = 0;  // The end of the day that its operator says is reached.
  // In the session that stands: how far the own clock is ahead of the parent's.
  std::optional<int64_t> ahead_of_parent_ms;
  std::string parent;
};

struct ClockFault {
  std::string text = {};  // "its clock is …", to go on a sentence with.
  int64_t until_ms = 0;   // When it ends by itself; 0: it does not.
  bool may_store = true;  // Whether entries of others are stored meanwhile.
  std::string key = {};   // What it is told apart by.
};

// Why the node must not record; nothing: it may. The gravest comes first.
std::vector<ClockFault> JudgeClock(const KnownClocks& known);

// "600 s ahead of" or "600 s behind".
std::string ApartText(int64_t ahead_ms);

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_CHUNKS_CLOCK_CHECK_H_
