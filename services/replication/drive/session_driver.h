// Runs a Session over a node's logs and a transport: carries out its effects,
// feeds it frames, commits and ticks. Everything about the session happens on one
// strand; disk reads and verification too, so that no thread of gRPC's or of the
// sequencer's ever waits.
//
//   FrameStream --OnFrame--> strand: Session --StoreChunk--> ArrivalCheck --> Sequencer::Store
//        ^                     |  ^                                              |
//        +------- Write -------+  +----------------- OnStored -------------------+
//
// Thread-safe. Lives until the stream is closed and nobody refers to it.
#ifndef SERVICES_REPLICATION_DRIVE_SESSION_DRIVER_H_
#define SERVICES_REPLICATION_DRIVE_SESSION_DRIVER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "services/replication/chunks/arrival_check.h"
#include "services/replication/chunks/chunk_source.h"
#include "services/replication/chunks/shown_entries.h"
#include "services/replication/drive/frame_stream.h"
#include "services/replication/drive/replication_node.h"
#include "services/replication/session/session.h"
#include "services/work/strand.h"

namespace liggare::replication {

class SessionDriver : public std::enable_shared_from_this<SessionDriver> {
 public:
  // `node` and `stream` must live until the stream has been closed.
  SessionDriver(ReplicationNode& node, SessionEnds ends, std::string peer_address,
                FrameStream& stream);
  ~SessionDriver();

  // Begins. `first` is a frame that the peer has sent already. If the node is
  // stopping, the stream is closed at once.
  void Start(std::optional<v1::Frame> first);
  // Says Goodbye and closes the stream. Does nothing a second time.
  void Stop(std::string reason);

  // From the transport; any thread.
  void OnFrame(v1::Frame frame);
  void OnWritten();
  // The stream has ended by itself: the driver closes it.
  void OnBroken(absl::Status status);

  // From the node: a cosigned checkpoint for the peer.
  void OnCosigned(std::string log, std::string checkpoint);
  // From the node: keys were learned.
  void OnKeysChanged();

 private:
  // Everything from here on runs on the strand, but where it says otherwise.
  SessionTime Now() const;
  void Begin(std::optional<v1::Frame> first);
  void Tick();
  void ScheduleTick();
  // On the sequencer's thread.
  void OnCommit(const std::vector<log::HeldLog>& advanced);
  void TakeAdvances();
  void Advance(const log::HeldLog& held);
  bool LetIn(std::string_view log);
  absl::StatusOr<LocalLog> View(const log::HeldLog& held) const;
  // Tells the session how far the log goes. One that can't be read is not sent in this
  // session, and has an alarm; the others go on.
  LocalLog Look(const log::HeldLog& held, absl::Status& readable) const;
  // Whether the log goes to the peer in part. Such are looked at once a tick: what is
  // sent of them is what has been countersigned, and few commits concern the peer.
  bool IsShown(const std::string& log) const;
  void LookAtShown();
  // Carries out effects and moves frames until nothing is left to do.
  void Pump();
  void Perform(Effect effect);
  void Perform(const ReadChunk& read);
  void Perform(StoreChunk store);
  // Why the node stores nothing at all; OK if it does.
  absl::Status CheckStoring() const;
  void Perform(CheckDuplicate check);
  void Perform(const CompareRoot& compare);
  void Perform(const ProveState& prove);
  void Perform(const JudgeDispute& dispute);
  void Perform(const SaveCosigned& save);
  void Perform(const FindCosigned& find);
  void Perform(const FindWitnessed& find);
  void Perform(const SignProof& sign);
  void Perform(const CheckProof& check);
  void Perform(const AdmitPeer& admit);
  void Perform(const BuildEnrolment& build);
  void Perform(const SaveEnrolment& save);
  void Perform(const FreezeLog& freeze);
  void Perform(const StopRecording& stop);
  void Perform(const KeepEvidence& keep);
  void Perform(const AllowRecording& allow);
  void Perform(const EndSession& end);
  void Blame(const Session::ChunkFault& fault);
  // What was refused because its key is revoked, or its node closed, may come again when
  // the node has another key, or is open again.
  void BeginAnew();
  void Answer(uint64_t ticket, const absl::Status& status,
              const log::Sequencer::StoreResult& result);
  // Entries are kept whoever wrote them; those that their writer may not write are
  // told to the operator.
  void WarnOfUnlawful(const log::VerifiedChunk& chunk) const;
  // What the peer's chain is made of, as text: another text, another chain.
  std::string EnrolmentVersion() const;
  // Sends the chain again if it has more to say: somebody on the way has a new key.
  void RenewEnrolment();
  // Ends the session if the key that the peer has proven has been revoked.
  void EndIfKeyIsVoid();
  Extent HeldExtent(const std::string& log) const;
  std::string StoredCheckpoint(const std::string& log, uint64_t size) const;
  // At once, or soon if it was done a moment ago.
  void PublishStatus(bool now);
  void PublishLater();
  void Close(const absl::Status& status);
  void Post(work::Closure closure) { strand_.Post(std::move(closure)); }

  ReplicationNode& node_;
  const SessionEnds ends_;
  const std::string peer_address_;
  log::EventLog& log_;
  log::Sequencer& sequencer_;
  work::Strand strand_;
  // What is let in has its place until nothing of it can be stored any more.
  const std::shared_ptr<LogShares> shares_;

  // On the strand only.
  FrameStream& stream_;
  Session session_;
  ChunkSource source_;
  ShownEntries shown_;  // Of a child's session.
  ArrivalCheck check_;
  std::unique_ptr<log::EventLog::Subscription> subscription_;
  std::optional<note::VerifierKey> peer_key_;     // That the peer has proven.
  std::set<std::string, std::less<>> let_in_;     // Logs that have taken a place in shares_.
  std::map<std::string, merkle::Hash> saved_;     // Of the last checkpoint kept, by log.
  std::optional<std::string> enrolment_version_;  // Of the chain that was sent.
  // Logs refused because of a revoked key, with their nodes' newest keys then.
  std::map<std::string, std::string> revoked_;
  // Logs refused because their nodes are closed, with the sizes that they came to.
  std::map<std::string, uint64_t> beyond_closing_;
  bool begun_ = false;
  std::optional<std::string> stopped_early_;  // Stop came before Begin.
  bool writing_ = false;
  bool reading_ = false;
  bool closed_ = false;
  bool was_live_ = false;
  std::optional<absl::Status> end_;
  int ending_ticks_ = 0;
  int64_t published_ms_ = 0;
  bool publishing_later_ = false;

  std::mutex mutex_;
  std::map<std::string, log::HeldLog> advances_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_DRIVE_SESSION_DRIVER_H_
