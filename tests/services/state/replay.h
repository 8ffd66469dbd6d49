// The slow way to a state, to check the fast one against: every entry of every
// log at the frontier is read, those of the subject are sorted and folded.
#ifndef TESTS_SERVICES_STATE_REPLAY_H_
#define TESTS_SERVICES_STATE_REPLAY_H_

#include <string_view>

#include "eventstore/log/read/event_log.h"
#include "services/domain/state/state.h"
#include "services/state/frontier.h"

namespace liggare::testing {

domain::State Replay(const log::EventLog& log, std::string_view subject,
                     const state::Frontier& frontier);

}  // namespace liggare::testing

#endif  // TESTS_SERVICES_STATE_REPLAY_H_
