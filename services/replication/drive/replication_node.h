// A hosted node, as its replication sessions see it: what they read and write,
// and where they meet. Cosignatures that come from the parent are handed to the
// child that carries the log; frozen logs and a stop of recording concern them
// all.
//
//        parent                        a checkpoint that the parent cosigned
//          | uplink session            comes in here ...
//     ReplicationNode
//      |         |                     ... and goes out here, to the child whose
//    child     child                   subtree the log is of
//
// Thread-safe. The node borrows what its Parts refer to; all of it must outlive
// the node, and the node its sessions: stop them first (Stop, Uplink::Stop).
#ifndef SERVICES_REPLICATION_DRIVE_REPLICATION_NODE_H_
#define SERVICES_REPLICATION_DRIVE_REPLICATION_NODE_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "eventstore/log/read/event_log.h"
#include "eventstore/log/write/sequencer.h"
#include "liggare/v1/replication_service.pb.h"
#include "services/replication/chunks/clock_check.h"
#include "services/replication/chunks/key_registry.h"
#include "services/replication/chunks/log_shares.h"
#include "services/replication/chunks/witnesses.h"
#include "services/replication/session/log_flow.h"
#include "services/replication/session/peer_status.h"
#include "services/work/strand.h"
#include "services/work/timer.h"

namespace liggare::replication {

class SessionDriver;

// Under this name a node keeps why it must not record (EventLog::SavedNote).
inline constexpr std::string_view kRecordingStoppedNote = "recording_stopped";

class ReplicationNode {
 public:
  struct Parts {
    log::EventLog& log;
    log::Sequencer& sequencer;
    KeyRegistry& keys;
    work::WorkerPool& workers;
    work::Timer& timer;
    std::function<int64_t()> now_ms;                     // Wall clock.
    std::function<void(uint8_t* out, size_t n)> random;  // At most 256 bytes at a time.
    std::string evidence_directory;                      // Below the node's data directory.
    int64_t clock_confirmed_ms = 0;                      // KnownClocks::confirmed_ms.
  };
  // Takes up what the node remembers: the enrolment chain, evidence, and whether
  // it may record.
  explicit ReplicationNode(Parts parts);
  ~ReplicationNode();

  const std::string& path() const { return parts_.log.path(); }
  const Parts& parts() const { return parts_; }
  // From which challenges are computed (refill.h); another in each process.
  const std::string& refill_secret() const { return refill_secret_; }

  // How the session with the parent stands; nothing for the nation. Lag counts
  // from what the parent has acknowledged since this process began.
  std::optional<PeerStatus> ParentStatus() const;
  // One for each child that has connected since this process began.
  std::vector<PeerStatus> Children() const;
  // One for each file of evidence, for each log of which something can't be read, for each
  // that goes beyond where its node was closed, and for each child that sends more logs
  // than there is room for; for a clock that keeps this node or a child from recording, and
  // for all that is held back, refused or waited for in the sessions, by either end; and if
  // siblings do not cosign what the parent shows.
  std::vector<Alarm> Alarms() const;
  // Who has cosigned logs that this node's parent shows to all its children.
  const Witnesses& witnesses() const { return witnesses_; }
  // Why the node must not record until it is restored: its parent holds more of
  // its log than it does, or other entries. Nothing: it may.
  std::optional<std::string> recording_stopped() const;

  // Why the node must not record or store under the key that it signs with: it is
  // revoked. Nothing: it may.
  std::optional<std::string> key_revoked() const;
  // The node signs with a revoked key, and why that must not be.
  void RefuseKey(std::string reason);
  // It signs with one that counts. After a RefuseKey every session begins anew.
  void AllowKey();

  // Why the node must not record or store: its parent has closed it. Nothing: it may.
  std::optional<std::string> closed() const;
  // Whether it is closed, by what is known now. After it has been opened again every
  // session begins anew.
  void SetClosed(std::optional<std::string> reason);

  // Why the node's clock keeps it from recording (JudgeClock): what it recorded now would
  // be held back above, or have a time that nobody can rely on. Nothing: it does not.
  std::optional<std::string> clock_fault() const;
  // The same for storing what others have recorded.
  std::optional<std::string> clock_forbids_storing() const;

  // Compares a checkpoint that somebody has seen elsewhere with the copy that is held here.
  // Of one that contradicts it the evidence is kept, and the log, unless it is this node's
  // own, frozen. The errors of KeyRegistry::OpenCheckpoint; NOT_FOUND if nothing of the log
  // is held.
  struct Compared {
    bool is_held = false;  // Otherwise it covers more entries than are held here.
    std::string evidence;  // Of two roots; empty: it is the same log, as far as it goes.
  };
  absl::StatusOr<Compared> Compare(const std::string& log, const std::string& checkpoint);

  // What a dialler says of the parent.
  void SetParentAddress(std::string address);
  void SetParentError(std::string error);

  // Ends the sessions of all children, and waits for them; a new one is refused.
  // The server must still be running, or have been shut down with a deadline.
  void Stop();

  // --- For SessionDriver.

  const std::shared_ptr<LogShares>& shares() const { return shares_; }
  void AddWitnesses(const std::string& log, const note::ReducedCheckpoint& reduced) {
    witnesses_.Add(log, reduced);
  }
  // A session begins. A child must be admitted yet; until then its session changes
  // nothing for others, but that of its sessions beyond kUnprovenSessionsMax the oldest
  // is told to stop. False if the node is stopping.
  bool Join(const std::shared_ptr<SessionDriver>& driver, const SessionEnds& ends);
  // The child has proven its key: its older session is told to stop. False if the
  // session is not here (any more), or the node is stopping.
  bool Admit(const SessionDriver* driver);
  void Leave(const SessionDriver* driver);
  void Publish(const SessionDriver* driver, PeerStatus status);
  // Whether what a session needs of the log can be read: if not, an alarm until it can.
  void SetReadable(const std::string& log, const absl::Status& readable);
  // Hands a cosigned checkpoint to the child that carries the log. Of logs that are not
  // held here the first kNamedLogsMax are kept for LastShared.
  void ShareCosigned(const std::string& log, const std::string& checkpoint);
  // The last one that was shared, for a child that comes later: the disk may not
  // have it yet, or, if this node has lost entries, never.
  std::optional<std::string> LastShared(const std::string& log) const;
  void Freeze(const std::string& log, const std::string& reason, const std::string& evidence);
  // The evidence, if there is any, is kept as a file.
  void StopRecording(const std::string& log, const std::string& reason,
                     const std::string& evidence);
  // Writes the evidence and raises its alarm; not twice for one reason, whichever
  // process wrote it.
  void KeepEvidence(const std::string& log, const std::string& evidence);
  // Sessions in which something was refused meanwhile begin anew.
  void AllowRecording();
  // Keeps the chain, if it is of this node and says no less than the one that is kept; then
  // `saved` is called, when it can be
  // read.
  void SaveEnrolment(const v1::EnrolmentChain& chain, std::function<void()> saved);
  // Tells every session that keys were learned.
  void ShareKeys();

 private:
  struct Joined {
    std::shared_ptr<SessionDriver> driver;
    SessionEnds ends;
    bool admitted = false;
    bool stopped = false;  // Not admitted, and told to stop.
  };
  void LearnEnrolment(const v1::EnrolmentChain& chain);
  std::map<std::string, EnrolledNode> KeptEnrolments() const;
  std::vector<Alarm> ClosedAlarms() const;
  // Siblings whose cosignature of the parent's log has not come here for kWitnessMissingMs.
  std::optional<Alarm> WitnessAlarm() const;
  bool IsMissed(const std::string& sibling, const log::HeldLog& held, uint64_t size) const;
  KnownClocks Clocks() const;
  void AddClockAlarms(std::vector<Alarm>& alarms) const;
  void AddParentAlarms(std::vector<Alarm>& alarms) const;
  void AddChildAlarms(std::vector<Alarm>& alarms) const;
  // Whether a clock agrees with this node's, and since when the parent is away.
  void NoteClock(const PeerStatus& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void NoteParent(bool in_session) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<std::shared_ptr<SessionDriver>> Drivers() const;
  std::vector<Joined>::iterator Find(const SessionDriver* driver)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The other sessions with that peer that are admitted.
  std::vector<std::shared_ptr<SessionDriver>> OthersOf(const Joined& session) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Parts parts_;
  const std::shared_ptr<LogShares> shares_;
  Witnesses witnesses_;
  const int64_t began_ms_;
  std::string refill_secret_;
  mutable std::mutex mutex_;
  std::condition_variable left_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  // In the order of joining, so that a simulated node does the same at every run.
  std::vector<Joined> sessions_ ABSL_GUARDED_BY(mutex_);
  PeerStatus parent_ ABSL_GUARDED_BY(mutex_);
  int64_t agreed_ms_ ABSL_GUARDED_BY(mutex_) = 0;                 // KnownClocks::agreed_ms.
  std::optional<int64_t> away_since_ms_ ABSL_GUARDED_BY(mutex_);  // On the steady clock.
  std::map<std::string, PeerStatus> children_ ABSL_GUARDED_BY(mutex_);
  std::vector<Alarm> alarms_ ABSL_GUARDED_BY(mutex_);
  std::optional<std::string> recording_stopped_ ABSL_GUARDED_BY(mutex_);
  std::optional<std::string> key_revoked_ ABSL_GUARDED_BY(mutex_);
  std::optional<std::string> closed_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string> last_shared_ ABSL_GUARDED_BY(mutex_);  // By log.
  std::map<std::string, std::string> unreadable_ ABSL_GUARDED_BY(mutex_);   // Why, by log.
  std::set<std::string> shared_and_lost_ ABSL_GUARDED_BY(mutex_);  // Those that are not held.
  bool KeepsShared(const std::string& log) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
};

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_DRIVE_REPLICATION_NODE_H_
