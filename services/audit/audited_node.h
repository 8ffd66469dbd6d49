// What proofs are made from, at one node.
#ifndef SERVICES_AUDIT_AUDITED_NODE_H_
#define SERVICES_AUDIT_AUDITED_NODE_H_

#include "eventstore/log/event_log.h"
#include "eventstore/log/sequencer.h"
#include "services/replication/key_registry.h"

namespace liggare::audit {

// Borrows. The sequencer signs checkpoints of the node's own log.
struct AuditedNode {
  const log::EventLog& log;
  log::Sequencer& sequencer;
  const replication::KeyRegistry& keys;
};

}  // namespace liggare::audit

#endif  // SERVICES_AUDIT_AUDITED_NODE_H_
