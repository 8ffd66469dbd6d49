// One node that this process hosts: its database and everything over it.
//
//   RocksDatabase ◄─ EventLog ◄─ EventJudge ◄─ Sequencer
//                       ▲                          ▲
//                       ├─ KeyRegistry ◄─ ReplicationNode ◄─ Uplink ──► parent
//                       └─ StateReader
//
// Members are declared so that what is borrowed dies last.
#ifndef SERVICES_NODE_NODE_H_
#define SERVICES_NODE_NODE_H_

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/log/database/rocksdb_database.h"
#include "services/hosting/hosted_node.h"
#include "services/node/alarm_watch.h"
#include "services/node/config.h"
#include "services/node/key_in_use.h"
#include "services/node/secrets.h"
#include "services/record/event_judge.h"
#include "services/record/operator_agreement.h"
#include "services/replication/drive/replication_node.h"
#include "services/replication/drive/uplink.h"
#include "services/work/strand.h"

namespace liggare::node {

// What all nodes of a process share. Everything must outlive the nodes.
struct NodeEnvironment {
  std::string trust_domain;
  std::string host;  // The process's name.
  note::VerifierKey national_key;
  std::shared_ptr<const rpc::PeerJudge> judge;  // Of the server that is dialled.
  log::SharedResources& databases;
  work::WorkerPool& workers;
  work::Timer& timer;
  int64_t clock_confirmed_ms = 0;                                    // KnownClocks::confirmed_ms.
  size_t kept_weight_max = record::SequencedStates::kKeptWeightMax;  // Of each node's judge.
};

class Node {
 public:
  // Opens or makes the node's directory, starts the sequencer, and enrols se in
  // its own empty log (design §4). CONFIGURATION, at the setting `data`, if the
  // directory belongs to another node, has a newer format or is open in another
  // process, or others may enter it; DATA_LOSS if it is damaged.
  static absl::StatusOr<std::unique_ptr<Node>> Open(const NodeConfig& config, NodeSecrets secrets,
                                                    const NodeEnvironment& environment);
  // That nobody but their owner may enter the directories of data and backups, as far
  // as they are there. CONFIGURATION, at the setting, otherwise.
  static absl::Status CheckDirectories(const NodeConfig& config);
  // Stops.
  ~Node();

  // What the services see of it; valid while the node lives.
  hosting::HostedNode Hosted();
  replication::ReplicationNode& replication() { return *replication_; }

  // Begins to replicate to the parent, if there is one.
  void StartUplink();
  // Ends the session with the parent if its certificate is good no longer.
  void RejudgeParent();
  // Ends the sessions with the parent and the children. The server still runs.
  void StopReplicating();
  // Answers what is queued, then takes nothing more. After StopReplicating.
  void StopRecording();

 private:
  Node(const NodeConfig& config, NodeSecrets secrets, const NodeEnvironment& environment);
  absl::Status OpenLog();
  void MakeParts();
  // That the nation signs with the national key, or one that it was handed over to.
  absl::Status CheckNationalKey() const;
  std::vector<replication::Alarm> Alarms() const;
  // HostedNode::second_operator, where the node asks for two.
  hosting::HostedNode::SecondOperator SecondOperator();
  // If the node was enrolled with another process than the one that speaks for it.
  void AddHostAlarm(const std::string& path, const std::string& host,
                    std::vector<replication::Alarm>& alarms) const;
  absl::Status EnrolNation();
  absl::StatusOr<hosting::BackupMade> BackUp();
  std::unique_ptr<replication::Uplink> MakeUplink();

  const NodeConfig config_;
  const NodeSecrets secrets_;
  const NodeEnvironment environment_;
  std::unique_ptr<log::RocksDatabase> database_;
  std::unique_ptr<log::EventLog> log_;
  std::unique_ptr<replication::KeyRegistry> keys_;
  std::unique_ptr<state::StateReader> states_;
  std::unique_ptr<record::OperatorAgreement> agreement_;
  std::unique_ptr<record::EventJudge> judge_;
  std::unique_ptr<log::Sequencer> sequencer_;
  std::unique_ptr<replication::ReplicationNode> replication_;
  std::shared_ptr<KeyInUse> key_in_use_;
  std::shared_ptr<AlarmWatch> alarm_watch_;
  std::unique_ptr<replication::Uplink> uplink_;  // Null for se.
  std::mutex backup_mutex_;                      // Held while a backup is being made.
  bool flushed_ = false;                         // StopRecording wrote everything into tables.
};

}  // namespace liggare::node

#endif  // SERVICES_NODE_NODE_H_
