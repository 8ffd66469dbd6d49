// The nodes that this process hosts, as its services see them.
//
// A HostedNode borrows; services/node owns everything it refers to and keeps it
// alive until the server has stopped.
#ifndef SERVICES_HOSTING_HOSTED_NODE_H_
#define SERVICES_HOSTING_HOSTED_NODE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eventstore/log/care/backup.h"
#include "eventstore/log/read/event_log.h"
#include "eventstore/log/write/sequencer.h"
#include "eventstore/note/key.h"
#include "liggare/v1/event.pb.h"
#include "services/domain/publish/smallest_count.h"
#include "services/replication/chunks/key_registry.h"
#include "services/replication/chunks/witnesses.h"
#include "services/replication/drive/replication_node.h"
#include "services/replication/session/peer_status.h"
#include "services/state/state_reader.h"

namespace liggare::hosting {

// A backup, and the directory in which it is.
struct BackupMade {
  std::string directory;
  log::BackupReport report;
};

struct HostedNode {
  std::string path;
  const log::EventLog& log;
  log::Sequencer& sequencer;
  const replication::KeyRegistry& keys;
  state::StateReader& states;
  // The public half of the key that it signs with.
  std::function<note::VerifierKey()> verifier;
  // How the session with the parent stands; nothing for the nation.
  std::function<std::optional<replication::PeerStatus>()> parent_status;
  // What a person must look at. May be empty: nothing.
  std::function<std::vector<replication::Alarm>()> alarms = {};
  // Who has cosigned the log, of those that hold it whole beside this node. May be empty.
  std::function<std::vector<replication::Witness>(const std::string& log)> witnesses = {};
  // How the sessions with nodes below stand.
  std::function<std::vector<replication::PeerStatus>()> children = {};
  // Why the node must not record until it is restored: its parent holds more of
  // its log than it does, or other entries. May be empty: it records.
  std::function<std::optional<std::string>()> recording_stopped = {};
  // Why the key that the node signs with must not be used: it is revoked. May be
  // empty: it may.
  std::function<std::optional<std::string>()> key_revoked = {};
  // Why it must not record: its parent has closed it. May be empty: it has not.
  std::function<std::optional<std::string>()> closed = {};
  // Why its clock keeps it from recording. May be empty: it does not.
  std::function<std::optional<std::string>()> clock_fault = {};
  // Compares a checkpoint that was seen elsewhere with the copy here
  // (ReplicationNode::Compare). May be empty: nothing is compared.
  std::function<absl::StatusOr<replication::ReplicationNode::Compared>(
      const std::string& log, const std::string& checkpoint)>
      compare_checkpoint = {};
  // Backs the node up and reads the backup back; takes time. CONFIGURATION if no
  // directory for backups is configured, UNAVAILABLE if one is being made. May be
  // empty: it can't be backed up.
  std::function<absl::StatusOr<BackupMade>()> backup = {};
  // Where two operators must want what takes an operator's certificate: who both are, if
  // another one has sent the same event; otherwise why it waits
  // (ingest/operator_agreement.h). May be empty: one is enough.
  using SecondOperator = std::function<absl::StatusOr<std::string>(
      const std::shared_ptr<const v1::EventData>& event,
      const std::vector<log::DisclosureText>& texts, const std::string& by)>;
  SecondOperator second_operator = {};
  // The smallest count of persons, but for 0, in a table that may be published.
  int64_t smallest_count = domain::kSmallestCountDefault;
};

// The hosted nodes by path. Filled before the server starts, then read from any
// thread.
class HostedNodes {
 public:
  void Add(HostedNode node);
  // Null if no such node is hosted here.
  const HostedNode* Find(std::string_view path) const;
  const std::map<std::string, HostedNode, std::less<>>& all() const { return nodes_; }

 private:
  std::map<std::string, HostedNode, std::less<>> nodes_;
};

}  // namespace liggare::hosting

#endif  // SERVICES_HOSTING_HOSTED_NODE_H_
