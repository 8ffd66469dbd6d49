// Whether an event of a node above concerns a node below the counties, as far as the
// entries held here tell (services/domain/law/concern.h).
#ifndef SERVICES_STATE_CONCERN_H_
#define SERVICES_STATE_CONCERN_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "eventstore/log/read/event_log.h"

namespace liggare::state {

// Errors are those of reading. Safe from any thread.
absl::StatusOr<bool> Concerns(const log::EventLog& log, std::string_view node,
                              std::string_view subject);

// Whether a node below the counties is shown an entry of a log above it: it concerns the
// node, and names nothing of others. `bytes` are a serialised liggare.v1.Event; nobody is
// shown what does not parse.
absl::StatusOr<bool> IsShown(const log::EventLog& log, std::string_view node,
                             std::string_view bytes);

// The second half of it, for a subject that concerns the node.
bool NamesOthers(std::string_view node, std::string_view bytes);

}  // namespace liggare::state

#endif  // SERVICES_STATE_CONCERN_H_
