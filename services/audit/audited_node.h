// What proofs are made from, at one node.
#ifndef SERVICES_AUDIT_AUDITED_NODE_H_
#define SERVICES_AUDIT_AUDITED_NODE_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "eventstore/log/event_log.h"
#include "eventstore/log/sequencer.h"
#include "services/replication/key_registry.h"
#include "services/replication/replication_node.h"

namespace liggare::audit {

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

}  // namespace liggare::audit

#endif  // SERVICES_AUDIT_AUDITED_NODE_H_
