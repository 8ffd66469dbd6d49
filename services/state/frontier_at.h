// What a node knew at a point of its own log.
//
// The order of a node's own log is the history of its knowledge (docs/architecture.md):
// at index p it knew its own entries before p and, of every other log, the size
// in its own last Received before p.
//
//   own log   0    1    2     3    4     p=5
//             e    R    e     R    e      .
//                  |          |
//   log x          size 10    size 14        at p: x known to 14
//   log y          size 3                    at p: y known to 3
//
// Pure reading; safe from any thread.
#ifndef SERVICES_STATE_FRONTIER_AT_H_
#define SERVICES_STATE_FRONTIER_AT_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "eventstore/log/read/event_log.h"
#include "services/state/frontier.h"

namespace liggare::state {

// A node's knowledge when its own log had `at_index` entries.
struct KnowledgePoint {
  std::string_view node;
  uint64_t at_index = 0;
};

// The frontier at that point, read from the node's own log: of the newest epoch
// that is held here, the earlier ones counting as known in full.
//
// Errors: NOT_FOUND if no log of that node is held here, with those that are;
// INVALID_FIELD if its log has fewer than `at_index` entries here; UNAVAILABLE if
// the node knew more than is held here of a log that this node replicates (a log
// of its own subtree or of an ancestor): the answer would not be exact. Logs
// that never come here are left out, for no subject seen here has entries in
// them: the frontier is within FrontierNow.
absl::StatusOr<Frontier> FrontierAt(const log::EventLog& log, const KnowledgePoint& point);

}  // namespace liggare::state

#endif  // SERVICES_STATE_FRONTIER_AT_H_
