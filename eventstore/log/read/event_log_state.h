// What EventLog and Sequencer share. Private to this folder.
#ifndef EVENTSTORE_LOG_READ_EVENT_LOG_STATE_H_
#define EVENTSTORE_LOG_READ_EVENT_LOG_STATE_H_

#include <string>
#include <utility>

#include "eventstore/log/database/database.h"
#include "eventstore/log/read/commit_listeners.h"
#include "eventstore/log/read/event_log.h"
#include "eventstore/log/read/log_catalog.h"
#include "eventstore/log/read/node_identity.h"

namespace liggare::log {

struct EventLog::State {
  State(Database& db, NodeIdentity node) : database(db), identity(std::move(node)) {}

  Database& database;
  const NodeIdentity identity;
  std::string own_log;  // Set before anyone else sees the state.
  uint32_t own_number = 0;
  LogCatalog catalog;
  CommitListeners listeners;
};

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_READ_EVENT_LOG_STATE_H_
