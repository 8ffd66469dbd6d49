// What proofs are made from, at one node.
#ifndef SERVICES_ASK_AUDITED_NODE_H_
#define SERVICES_ASK_AUDITED_NODE_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "eventstore/log/read/event_log.h"
#include "eventstore/log/write/sequencer.h"
#include "services/replication/chunks/key_registry.h"
#include "services/replication/drive/replication_node.h"

namespace liggare::ask {

// Borrows. The sequencer signs checkpoints of the node's own log.
struct AuditedNode {
  const log::EventLog& log;
  log::Sequencer& sequencer;
  const replication::KeyRegistry& keys;
  // As of the hosted node; may be empty.
  std::function<absl::StatusOr<replication::ReplicationNode::Compared>(
      const std::string& log, const std::string& checkpoint)>
      compare = {};
};

}  // namespace liggare::ask

#endif  // SERVICES_ASK_AUDITED_NODE_H_
