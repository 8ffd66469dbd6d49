// The protocol between a node and its parent, as a pure state machine: frames
// and answers in, frames and effects out. No clock, disk or socket; whoever
// drives it (SessionDriver, or a simulator) carries out the effects.
//
//          Start            Hello           KeyProof, OnLogs           Frontier
//   kIdle ------> kGreeting -----> kProving ------------> kComparing -----------> kLive
//                     |               |                       |                     |
//                     +---------------+-----------------------+---------------------+
//                     | Goodbye, silence, a fault of the peer, Stop
//                     v
//                  kEnding --- the last frame is taken ---> kEnded
//
// Both ends run the same machine. Each sends the logs that flow its way
// (log_flow.h) and receives the others; Outbound and Inbound hold the two halves.
// The child speaks first.
//
// Proofs (session_hello.cc, key_proof.h). The child greets; the parent greets, sends what
// enrols the child, and proves its signing key; then the child proves its own. Nobody is
// told of logs, and no logs are looked at, before the other has proven its key. A child
// that does not know its parent's key (it has not been sent the chain yet) and one that is
// not enrolled wait: the proofs are judged again when keys are learned.
//
// Disputes. A sender that finds another root for what the peer holds says
// Expected{its own extent there} and a chunk without entries, whose signed
// checkpoint and proof prove that extent; the other answers in the same way.
// Each freezes the log if both proofs are signed by the log's own key. A child
// whose *own* log is disputed by its parent stops recording, and shows the parent
// what it signed itself: a clone or a set-back disk must not go unseen. Two versions
// of an epoch that its node has left behind stop only the copy that is not continued.
//
// Epochs (session_epochs.cc). The first entry of a log <path>@<epoch> above 1 must
// name exactly what is held here of the path's epoch before; while less of that is
// held, the new epoch waits.
//
// Many logs (session_limits.cc). A frontier comes in pages, made when they are taken.
// The logs of the two ends are always carried; others are bounded, and one that was left
// out is passed over in silence: nobody may take it for one that is not held.
//
// Not thread-safe. After every call the driver takes the effects, and sends
// frames while TakeFrame gives some.
#ifndef SERVICES_REPLICATION_SESSION_SESSION_H_
#define SERVICES_REPLICATION_SESSION_SESSION_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "services/replication/session/effect.h"
#include "services/replication/session/inbound.h"
#include "services/replication/session/log_flow.h"
#include "services/replication/session/outbound.h"
#include "services/replication/session/problem.h"
#include "services/replication/session/session_time.h"

namespace liggare::replication {

// A log as the node holds it.
struct LocalLog {
  Extent held;
  uint64_t sendable = 0;  // Of it, how much a signed checkpoint covers.
  bool frozen = false;
};

// Whose fault a chunk that was not stored is (design §4, Forks).
enum class Blame {
  kPeer,  // It does not verify: the session ends.
  kLog,   // Signed by the log's own key, and impossible: the log is frozen.
  kKey,   // Signed by its key, which is revoked: the log is refused in this session.
  kUs,    // It could not be checked here: the session ends.
};

enum class DisputeVerdict {
  kFork,      // Both roots are signed by the log's own key.
  kAhead,     // The peer proves more of the log than this node holds.
  kNothing,   // The roots agree, or nothing here contradicts the proof.
  kUnproven,  // The proof does not verify.
};

class Session {
 public:
  struct Options {
    SessionEnds ends;
    std::string trust_domain;
    std::string nonce;  // kNonceBytes at random, for this session alone.
    std::string instance_id;
    uint64_t boot_count = 0;
    uint32_t format_version = 1;
    std::string verifier_key = {};  // Of the key that this node signs with; told in the hello.
    Inbound::HasKey has_key;
    // Whether there is room for one more log, in its share (log_share.h). May be empty:
    // there always is.
    std::function<bool(std::string_view log)> has_room = {};
  };
  explicit Session(Options options);

  void Start(SessionTime now);
  // An orderly end: says Goodbye.
  void Stop(std::string reason);

  void OnFrame(v1::Frame frame, SessionTime now);
  // Call about once a second.
  void OnTick(SessionTime now);
  // A commit advanced a log, or froze it.
  void OnLogAdvanced(const LocalLog& log);
  // A key may have been enrolled.
  void OnKeysChanged();
  // The peer's chain of enrolments says more than when it was sent.
  void OnEnrolmentChanged();
  // A checkpoint with an ancestor's cosignature came, for the peer (a child) to have.
  void OnCosigned(std::string log, std::string checkpoint);

  // Answers to effects (effect.h).
  void OnChunkRead(v1::Chunk chunk, uint64_t round, const merkle::Hash& end_root);
  void OnReadFailed(const std::string& log, const absl::Status& status);
  void OnStored(const Extent& held, std::string cosigned_checkpoint, uint64_t ticket);
  void OnStoreAborted(const Extent& held, std::string cosigned_checkpoint, uint64_t ticket);
  void OnStoreFailed(const absl::Status& status);
  // Nothing of the log is taken in this session.
  void OnStoreRefused(const std::string& log, const v1::Error& why);
  struct ChunkFault {
    std::string log;
    Blame blame = Blame::kPeer;
    std::string reason;
    std::string evidence;  // With kLog.
  };
  void OnChunkFault(const ChunkFault& fault);
  void OnDuplicateChecked(const Extent& held, std::string cosigned_checkpoint);
  void OnRootCompared(const Extent& peer, const merkle::Hash& root);
  void OnStateProven(const Extent& state, v1::Chunk proof);
  struct DisputeJudged {
    std::string log;
    DisputeVerdict verdict = DisputeVerdict::kNothing;
    std::string reason;
    std::string evidence;  // With kFork.
  };
  void OnDisputeJudged(const DisputeJudged& judged);
  struct CheckpointConflict {
    std::string log;
    std::string reason;
    std::string evidence;
  };
  void OnCheckpointConflict(const CheckpointConflict& conflict);
  void OnCosignedFound(std::string log, std::string checkpoint);
  // By size; what the peer does not hold yet comes again with the next question.
  void OnWitnessed(const std::string& log, std::map<uint64_t, std::string> checkpoints);
  void OnEnrolmentBuilt(v1::EnrolmentChain chain);
  // There is none yet, and why.
  void OnEnrolmentMissing(const v1::Error& reason);
  void OnProofSigned(v1::KeyProof proof);
  void OnProofChecked(KeyVerdict verdict, const std::string& reason);
  // With every log that the node holds.
  void OnLogs(const std::vector<LocalLog>& logs);

  // The key that the peer has proven proves nothing any more: the session ends.
  void OnPeerKeyVoid(const std::string& reason);

  // The next frame to send, when the transport is free.
  std::optional<v1::Frame> TakeFrame();
  std::vector<Effect> TakeEffects();

  // Whether the driver should read another frame from the peer.
  bool WantsFrame() const;
  bool live() const { return phase_ == Phase::kLive; }
  // Whether the peer has proven its key, and the session has been given the logs.
  bool has_logs() const { return phase_ == Phase::kComparing || phase_ == Phase::kLive; }
  bool ended() const { return phase_ == Phase::kEnded; }
  // The child waits: it is not enrolled, or the way from the national key is not known.
  bool is_waiting() const { return !waiting_for_.empty(); }
  // Why the session is about to end: its Goodbye waits for the transport. Nothing
  // before that, and afterwards.
  std::optional<absl::Status> ending() const;
  uint64_t lag_entries() const { return outbound_.lag_entries(); }
  // By log, what the peer was found to hold since this was last asked.
  std::map<std::string, uint64_t> TakeAcknowledged() { return outbound_.TakeAcknowledged(); }
  int64_t peer_clock_ahead_ms() const { return peer_clock_ahead_ms_; }
  // When the peer's clock was last heard.
  SessionTime peer_clock_heard() const { return peer_clock_heard_; }
  // What hinders either end; a few of each kind, and how many there are.
  std::vector<Problem> problems() const;
  // How many entries the peer has that are not stored here, by its last word.
  uint64_t peer_lag_entries() const { return peer_lag_entries_; }
  // That the peer sent logs for which there was no room in their share; empty: it did not.
  std::string not_taken() const;

 private:
  enum class Phase { kIdle, kGreeting, kProving, kComparing, kLive, kEnding, kEnded };
  // The peer's word on a log that is not as here.
  struct Dispute {
    Extent peer;
    bool proof_asked = false;  // Ours is on its way, or was sent.
  };

  bool IsInOrder(const v1::Frame& frame) const;
  // Whether anything may be kept in mind of a log that the peer names (session_limits.cc).
  bool MayName(const std::string& log);
  bool IsOfEnds(std::string_view log) const;
  // Whether a log that is not held yet may come. Otherwise it has been refused.
  bool MayCome(const std::string& log);
  // Refuses the log and keeps nothing in mind of it.
  void TurnAway(const std::string& log, const std::string& why, const std::string& expected);
  void Dispatch(v1::Frame frame);
  // Proofs (session_hello.cc).
  void OnHello(const v1::Hello& hello);
  void OnKeyProof(v1::KeyProof proof);
  void OnWaiting(const v1::Waiting& waiting);
  std::string OwnProofText() const;
  std::string PeerProofText() const;
  void CheckPeerProof();
  void EndIfNotProven();
  void OnFrontier(const v1::Frontier& frontier);
  void OnChunk(v1::Chunk chunk);
  bool IsTooLarge(const std::string& note);
  void OnAcknowledged(const v1::Acknowledged& acknowledged);
  void OnExpected(const v1::Expected& expected);
  void OnCosignedFrame(const v1::Cosigned& cosigned);
  void OnGoodbye(const v1::Goodbye& goodbye);
  void OnProof(v1::Chunk proof);
  // Epochs (session_epochs.cc). Whether the chunk may go on: it begins no epoch,
  // or one that fits. Otherwise it has been dropped, refused or put to wait.
  bool FitsEpochs(v1::Chunk& chunk);
  std::optional<std::string> NewestOtherEpoch(std::string_view log) const;
  void RefuseEpoch(const std::string& log, const std::string& why);
  absl::Status CheckChunk(const v1::Chunk& chunk) const;

  void SendHello();
  // Frontiers (session_frontier.cc).
  void SendFrontier();
  v1::Frame TakeFrontierPage();
  void PeerNamed(const Extent& peer);
  // The child is to have the newest cosignatures of what it carries, a few at a time.
  void FindCosignedLogs();
  void FindMoreCosigned();
  // What the children of one parent have cosigned (session_witnesses.cc).
  void FindWitnessedIfDue();
  std::optional<v1::Frame> TakeWitnessed();
  // Heartbeats (session_heartbeat.cc).
  void SendHeartbeatIfDue();
  void OnHeartbeat(const v1::Heartbeat& heartbeat);
  Problem WaitingProblem() const;
  void AddHeldBack(std::vector<Problem>& problems) const;
  void Acknowledge(const Extent& held, std::string cosigned_checkpoint);
  // Recording is safe when the peer's copy of every own log is a prefix of it.
  void AllowRecordingIfCompared();
  // Disputes (session_disputes.cc).
  void OpenDispute(const Extent& peer);
  void OwnLogBehind(const Extent& peer);
  void OwnLogDisputed(const std::string& log, const std::string& reason,
                      const std::string& evidence = "");
  void ProveToOwner(const Extent& peer);
  void AskProof(const std::string& log, uint64_t size);
  bool HasGoneOn(const std::string& log) const;
  void FreezeOrStop(const std::string& log, const std::string& reason, const std::string& evidence);
  v1::Error FrozenError(const std::string& log) const;

  bool IsOwn(std::string_view log) const;
  bool IsCarried(std::string_view log) const;
  void Hear(int64_t peer_now_ms);
  void End(absl::Status status);
  void Fault(v1::ErrorCode code, const std::string& message);
  void Send(v1::Frame frame) { control_.push_back(std::move(frame)); }
  // Turns what the halves want done into effects and frames.
  void Settle();

  const Options options_;
  Phase phase_ = Phase::kIdle;
  absl::Status end_;
  SessionTime now_;
  // On the steady clock.
  int64_t heard_ms_ = 0;
  int64_t said_ms_ = 0;
  int64_t asked_ms_ = 0;  // When the peer could give its proof.
  int64_t peer_clock_ahead_ms_ = 0;
  SessionTime peer_clock_heard_;
  uint64_t peer_lag_entries_ = 0;
  std::vector<v1::HeldBack> peer_held_back_;  // Of what is sent to it.
  std::string peer_verifier_key_;             // By its word; empty: it said none of its name.
  std::string peer_nonce_;
  std::optional<v1::KeyProof> peer_proof_;
  bool admitted_ = false;    // The peer's proof holds.
  std::string waiting_for_;  // Why the child waits.
  Outbound outbound_;
  Inbound inbound_;
  std::map<std::string, LocalLog, std::less<>> logs_;
  std::set<std::string> left_out_;  // Held here and not carried: nothing is said of them.
  std::set<std::string> named_;     // By the peer, and not held here.
  size_t not_taken_count_ = 0;      // Chunks of logs for which there was no room.
  std::string not_taken_last_;
  bool said_frontier_ = false;  // Its pages are among the frames to send.
  std::string frontier_said_;   // The last log in the pages that went out.
  size_t frontier_heard_ = 0;   // Logs in the pages that came.
  std::map<std::string, Dispute> disputes_;
  bool own_log_disputed_ = false;
  std::set<std::string> own_uncompared_;  // Own logs that the peer holds.
  std::deque<v1::Frame> control_;
  bool enrolment_sent_ = false;
  std::optional<std::string> find_cosigned_after_;  // Set while some are to be found.
  // The newest for the peer, by log: what was found on the disk, and what came
  // meanwhile. The disk may lag behind, so neither takes the other's place.
  std::map<std::string, std::string> cosigned_found_;
  std::map<std::string, std::string> cosigned_;
  std::optional<int64_t> witnessed_ms_;  // When they were looked for, by the steady clock.
  struct Shown {
    std::map<uint64_t, std::string> said;     // By size, as far as they are still the newest.
    std::map<uint64_t, std::string> waiting;  // To be sent.
  };
  std::map<std::string, Shown> witnessed_;  // By log.
  std::vector<Effect> effects_;
};

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_SESSION_SESSION_H_
