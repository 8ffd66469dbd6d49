#include "services/replication/drive/session_driver.h"

#include <utility>

#include "proto/error/error.h"
#include "proto/name/log_name.h"
#include "proto/name/node_path.h"
#include "services/domain/law/authority.h"
#include "services/replication/chunks/enrolment_chain.h"
#include "services/replication/chunks/key_check.h"
#include "services/replication/session/key_proof.h"
#include "services/replication/session/limits.h"
#include "spdlog/spdlog.h"

namespace liggare::replication {
namespace {

constexpr int64_t kTickMs = 1'000;
constexpr int kGoodbyeTicksMax = 3;  // For the last frame to go out.

// To store entries of others is to record that they came, which a log that must be
// restored first can't take.
absl::Status NotUntilRestored(const std::string& path, const std::string& reason) {
  return MakeError(v1::ERROR_CODE_READ_ONLY,
                   {path + " stores nothing until it is restored: " + reason, "", ""});
}

std::string NewNonce(const ReplicationNode::Parts& parts) {
  std::string nonce(kNonceBytes, '\0');
  parts.random(reinterpret_cast<uint8_t*>(nonce.data()), nonce.size());
  return nonce;
}

Extent ExtentOfHeld(const log::HeldLog& held) { return {held.name, held.size, held.root}; }

}  // namespace

SessionDriver::SessionDriver(ReplicationNode& node, SessionEnds ends, std::string peer_address,
                             FrameStream& stream)
    : node_(node),
      ends_(std::move(ends)),
      peer_address_(std::move(peer_address)),
      log_(node.parts().log),
      sequencer_(node.parts().sequencer),
      strand_(node.parts().workers),
      shares_(node.shares()),
      stream_(stream),
      session_({.ends = ends_,
                .trust_domain = log_.trust_domain(),
                .nonce = NewNonce(node.parts()),
                .instance_id = log_.instance_id(),
                .boot_count = log_.boot_count(),
                .format_version = log::kFormatVersion,
                .verifier_key = sequencer_.verifier().Text(),
                .has_key =
                    [&keys = node.parts().keys](std::string_view path, std::string_view signed_by) {
                      return keys.KnowsSigner(path, signed_by);
                    },
                .has_room = [this](std::string_view log) { return LetIn(log); }}),
      source_(log_, sequencer_, node.parts().keys),
      shown_(log_, node.parts().keys, ends_.peer),
      check_(log_, sequencer_, node.parts().keys) {}

SessionDriver::~SessionDriver() { shares_->Release(let_in_); }

bool SessionDriver::LetIn(std::string_view log) {
  if (let_in_.contains(log)) return true;
  if (!shares_->Take(log)) return false;
  let_in_.emplace(log);
  return true;
}

SessionTime SessionDriver::Now() const {
  return {.wall_ms = node_.parts().now_ms(), .steady_ms = node_.parts().timer.SteadyMs()};
}

void SessionDriver::Start(std::optional<v1::Frame> first) {
  const bool posted = strand_.Post([self = shared_from_this(), first = std::move(first)]() mutable {
    self->Begin(std::move(first));
  });
  if (!posted) stream_.Close(MakeError(v1::ERROR_CODE_UNAVAILABLE, {"stopping", "", ""}));
}

void SessionDriver::Begin(std::optional<v1::Frame> first) {
  if (!node_.Join(shared_from_this(), ends_)) {
    return Close(MakeError(v1::ERROR_CODE_UNAVAILABLE, {ends_.self + " is stopping.", "", ""}));
  }
  begun_ = true;
  session_.Start(Now());
  if (first) session_.OnFrame(*std::move(first), Now());
  if (stopped_early_) session_.Stop(*stopped_early_);
  ScheduleTick();
  Pump();
}

void SessionDriver::Stop(std::string reason) {
  Post([self = shared_from_this(), reason = std::move(reason)] {
    if (self->closed_) return;
    if (!self->begun_) {
      self->stopped_early_ = reason;
      return;
    }
    self->session_.Stop(reason);
    self->Pump();
  });
}

void SessionDriver::OnFrame(v1::Frame frame) {
  Post([self = shared_from_this(), frame = std::move(frame)]() mutable {
    self->reading_ = false;
    if (self->closed_) return;
    self->session_.OnFrame(std::move(frame), self->Now());
    self->Pump();
  });
}

void SessionDriver::OnWritten() {
  Post([self = shared_from_this()] {
    self->writing_ = false;
    if (!self->closed_) self->Pump();
  });
}

void SessionDriver::OnBroken(absl::Status status) {
  Post([self = shared_from_this(), status = std::move(status)] {
    // What the peer or this node said before it broke off explains more.
    self->Close(self->end_ ? *self->end_ : status);
  });
}

void SessionDriver::OnCosigned(std::string log, std::string checkpoint) {
  Post([self = shared_from_this(), log = std::move(log),
        checkpoint = std::move(checkpoint)]() mutable {
    if (self->closed_) return;
    self->session_.OnCosigned(std::move(log), std::move(checkpoint));
    self->Pump();
  });
}

void SessionDriver::OnKeysChanged() {
  Post([self = shared_from_this()] {
    if (self->closed_ || !self->begun_) return;
    self->RenewEnrolment();
    self->EndIfKeyIsVoid();
    self->session_.OnKeysChanged();
    self->Pump();
  });
}

void SessionDriver::ScheduleTick() {
  node_.parts().timer.After(kTickMs, [weak = weak_from_this()] {
    if (auto self = weak.lock()) {
      work::Strand& strand = self->strand_;
      strand.Post([self = std::move(self)] { self->Tick(); });
    }
  });
}

void SessionDriver::Tick() {
  if (closed_) return;
  RenewEnrolment();
  EndIfKeyIsVoid();
  BeginAnew();
  session_.OnTick(Now());
  if (session_.has_logs()) {
    LookAtShown();
  } else {
    session_.OnKeysChanged();  // It hears of no commits.
  }
  Pump();
  if (closed_) return;
  // A transport that takes no more, not even the Goodbye, must not keep the session
  // for ever.
  const std::optional<absl::Status> ending = end_ ? end_ : session_.ending();
  if (ending && ++ending_ticks_ > kGoodbyeTicksMax) return Close(*ending);
  PublishStatus(/*now=*/true);
  ScheduleTick();
}

void SessionDriver::OnCommit(const std::vector<log::HeldLog>& advanced) {
  bool post = false;
  {
    std::lock_guard lock(mutex_);
    post = advances_.empty();
    for (const log::HeldLog& held : advanced) advances_.insert_or_assign(held.name, held);
    post = post && !advances_.empty();
  }
  if (post) Post([self = shared_from_this()] { self->TakeAdvances(); });
}

void SessionDriver::TakeAdvances() {
  std::map<std::string, log::HeldLog> advances;
  {
    std::lock_guard lock(mutex_);
    advances.swap(advances_);
  }
  if (closed_) return;
  for (const auto& [name, held] : advances) {
    if (!IsShown(name)) Advance(held);
  }
  EndIfKeyIsVoid();
  session_.OnKeysChanged();
  Pump();
}

bool SessionDriver::IsShown(const std::string& log) const {
  return ends_.side == Side::kParent && IsInPart(ends_, log);
}

absl::StatusOr<LocalLog> SessionDriver::View(const log::HeldLog& held) const {
  return IsShown(held.name) ? shown_.View(held) : source_.View(held);
}

LocalLog SessionDriver::Look(const log::HeldLog& held, absl::Status& readable) const {
  absl::StatusOr<LocalLog> view = View(held);
  readable = view.status();
  node_.SetReadable(held.name, readable);
  if (view.ok()) return *std::move(view);
  return {ExtentOfHeld(held), 0, held.frozen};
}

void SessionDriver::LookAtShown() {
  if (ends_.side != Side::kParent) return;
  for (std::string_view above = ends_.self; !above.empty(); above = name::ParentOf(above)) {
    for (const log::HeldLog& held : log_.LogsOf(above)) {
      if (IsShown(held.name)) Advance(held);
    }
  }
}

void SessionDriver::Advance(const log::HeldLog& held) {
  if (!IsOutbound(ends_, held.name) && !IsInbound(ends_, held.name)) return;
  absl::Status readable;
  session_.OnLogAdvanced(Look(held, readable));
  if (!readable.ok() && IsOutbound(ends_, held.name)) session_.OnReadFailed(held.name, readable);
}

void SessionDriver::Pump() {
  for (;;) {
    std::vector<Effect> effects = session_.TakeEffects();
    const bool idle = effects.empty();
    for (Effect& effect : effects) Perform(std::move(effect));
    if (closed_) return;
    if (!writing_ && !end_) {
      if (std::optional<v1::Frame> frame = session_.TakeFrame()) {
        writing_ = true;
        stream_.Write(*std::move(frame));
        continue;
      }
    }
    if (idle) break;
  }
  if (end_ && !writing_) return Close(*end_);
  if (!reading_ && !end_ && session_.WantsFrame()) {
    reading_ = true;
    stream_.Read();
  }
  PublishStatus(session_.live() != was_live_);
}

void SessionDriver::Perform(Effect effect) {
  std::visit([this](auto& each) { Perform(std::move(each)); }, effect);
}

void SessionDriver::Perform(const ReadChunk& wanted) {
  // What lies beyond the end of a closed node goes no further.
  ReadChunk read = wanted;
  read.end_index = node_.parts().keys.SizeBeforeClosing(read.log, read.end_index);
  if (read.end_index <= read.first_index) {
    v1::Chunk nothing;
    nothing.set_log(read.log);
    return session_.OnChunkRead(std::move(nothing), read.round, {});
  }
  absl::StatusOr<ChunkSource::Reading> reading =
      IsShown(read.log) ? shown_.Read(read) : source_.Read(read);
  if (reading.ok()) {
    session_.OnChunkRead(std::move(reading->chunk), read.round, reading->end_root);
  } else {
    session_.OnReadFailed(read.log, reading.status());
  }
}

void SessionDriver::Perform(StoreChunk store) {
  const std::string name = store.chunk.log();
  const uint64_t ticket = store.ticket;
  if (absl::Status status = CheckStoring(); !status.ok()) {
    return session_.OnStoreRefused(name, ErrorOf(status));
  }
  // Not for this log alone: the session begins anew, and nothing is lost meanwhile.
  if (std::optional<std::string> clock = node_.clock_forbids_storing()) {
    return session_.OnStoreFailed(
        MakeError(v1::ERROR_CODE_CLOCK_AHEAD,
                  {ends_.self + " stores nothing: " + *clock, "", "its clock set"}));
  }
  ArrivalCheck::Verdict verdict = check_.Verify(std::move(store.chunk), node_.parts().now_ms());
  if (verdict.fault) return Blame(*verdict.fault);
  if (!verdict.verified) {
    const Extent held = HeldExtent(name);
    check_.Forget(name);
    return session_.OnStoreAborted(held, StoredCheckpoint(name, held.size), ticket);
  }
  if (std::optional<std::string> reason = check_.SetBack(*verdict.verified)) {
    check_.Forget(name);
    node_.StopRecording(log_.own_log(), *reason, "");
    return session_.OnStoreRefused(name, ErrorOf(NotUntilRestored(ends_.self, *reason)));
  }
  const uint64_t end = verdict.verified->tree.size();
  if (absl::Status status = node_.parts().keys.CheckNotClosed(name, end); !status.ok()) {
    check_.Forget(name);
    beyond_closing_[name] = end;
    return session_.OnStoreRefused(name, ErrorOf(status));
  }
  WarnOfUnlawful(*verdict.verified);
  sequencer_.Store(*std::move(verdict.verified),
                   [self = shared_from_this(), name, ticket](
                       absl::Status status, log::Sequencer::StoreResult result) mutable {
                     if (status.ok()) self->shares_->Stored(name);
                     result.held.name = std::move(name);
                     SessionDriver* driver = self.get();
                     driver->Post([self = std::move(self), ticket, status = std::move(status),
                                   result = std::move(result)] {
                       if (self->closed_) return;
                       self->Answer(ticket, status, result);
                       self->Pump();
                     });
                   });
}

void SessionDriver::Blame(const Session::ChunkFault& fault) {
  if (fault.blame == replication::Blame::kKey) {
    const auto newest = node_.parts().keys.KeyFor(name::PathOfLog(fault.log));
    if (newest.ok()) revoked_.insert_or_assign(fault.log, newest->Text());
  }
  session_.OnChunkFault(fault);
}

absl::Status SessionDriver::CheckStoring() const {
  if (std::optional<std::string> stopped = node_.recording_stopped()) {
    return NotUntilRestored(ends_.self, *stopped);
  }
  for (const std::optional<std::string>& why : {node_.key_revoked(), node_.closed()}) {
    if (!why) continue;
    return MakeError(v1::ERROR_CODE_READ_ONLY, {ends_.self + " stores nothing: " + *why, "", ""});
  }
  return absl::OkStatus();
}

void SessionDriver::BeginAnew() {
  for (const auto& [log, size] : beyond_closing_) {
    if (!node_.parts().keys.CheckNotClosed(log, size).ok()) continue;
    beyond_closing_.clear();
    return session_.Stop(std::string(name::PathOfLog(log)) + " is open again.");
  }
  for (const auto& [log, before] : revoked_) {
    const std::string path(name::PathOfLog(log));
    const auto newest = node_.parts().keys.KeyFor(path);
    if (!newest.ok() || newest->Text() == before) continue;
    revoked_.clear();
    return session_.Stop(path + " has a new key.");
  }
}

void SessionDriver::Answer(uint64_t ticket, const absl::Status& status,
                           const log::Sequencer::StoreResult& result) {
  const std::string& name = result.held.name;
  if (status.ok()) {
    check_.Stored(name, result.held.size);
    return session_.OnStored(ExtentOfHeld(result.held), result.cosigned_checkpoint, ticket);
  }
  check_.Forget(name);
  const v1::ErrorCode code = ErrorOf(status).code();
  if (!absl::IsAborted(status) && code != v1::ERROR_CODE_CLOCK_AHEAD &&
      code != v1::ERROR_CODE_FORKED) {
    return session_.OnStoreFailed(status);
  }
  if (code == v1::ERROR_CODE_FORKED) {
    LocalLog frozen{HeldExtent(name), 0, true};
    session_.OnLogAdvanced(frozen);
  }
  session_.OnStoreAborted(HeldExtent(name), result.cosigned_checkpoint, ticket);
}

void SessionDriver::WarnOfUnlawful(const log::VerifiedChunk& verified) const {
  const log::Chunk& chunk = verified.chunk;
  const std::string_view writer = name::PathOfLog(chunk.log);
  size_t count = 0;
  std::string first;
  for (size_t i = 0; i < verified.rows.size(); ++i) {
    const log::EntryRow& row = verified.rows[i];
    if (row.withheld) continue;
    const std::string_view subject =
        std::string_view(chunk.entries[i]).substr(row.subject_offset, row.subject_bytes);
    absl::Status lawful = domain::AuthoriseWriter(static_cast<int>(row.type), writer, subject);
    if (lawful.ok() || ErrorOf(lawful).code() == v1::ERROR_CODE_UNKNOWN_TYPE) continue;
    if (count++ > 0) continue;
    first = "entry " + std::to_string(chunk.first_index + i) + ": " + std::string(lawful.message());
  }
  if (count == 0) return;
  spdlog::warn("{}: {} entries of {} are kept and have no effect; the first is {}", ends_.self,
               count, chunk.log, first);
}

Extent SessionDriver::HeldExtent(const std::string& log) const {
  std::optional<log::HeldLog> held = log_.Find(log);
  if (held) return ExtentOfHeld(*held);
  Extent nothing;
  nothing.log = log;
  return nothing;
}

std::string SessionDriver::StoredCheckpoint(const std::string& log, uint64_t size) const {
  absl::StatusOr<std::optional<std::string>> stored = log_.CheckpointAtOrAfter(log, size);
  return stored.ok() && *stored ? **stored : "";
}

void SessionDriver::Perform(CheckDuplicate check) {
  const std::string name = check.chunk.log();
  const uint64_t end = check.chunk.first_index() + check.chunk.entries_size();
  std::optional<Session::ChunkFault> fault =
      check_.CheckDuplicate(std::move(check.chunk), node_.parts().now_ms());
  if (fault) return Blame(*fault);
  session_.OnDuplicateChecked(HeldExtent(name), StoredCheckpoint(name, end));
}

void SessionDriver::Perform(const CompareRoot& compare) {
  absl::StatusOr<merkle::Hash> root = log_.RootAt(compare.peer.log, compare.peer.size);
  if (root.ok()) {
    session_.OnRootCompared(compare.peer, *root);
  } else {
    session_.OnReadFailed(compare.peer.log, root.status());
  }
}

void SessionDriver::Perform(const ProveState& prove) {
  absl::StatusOr<ChunkSource::StateProof> proven = source_.Prove(prove.log, prove.size);
  if (!proven.ok()) {
    spdlog::warn("{}: a dispute over {} with {} can't be proven: {}", ends_.self, prove.log,
                 ends_.peer, std::string(proven.status().message()));
    return;
  }
  session_.OnStateProven(proven->state, std::move(proven->proof));
}

void SessionDriver::Perform(const JudgeDispute& dispute) {
  session_.OnDisputeJudged(check_.JudgeDispute(dispute, node_.parts().now_ms()));
}

void SessionDriver::Perform(const SaveCosigned& save) {
  const merkle::Hash hash = merkle::LeafHash(save.checkpoint);
  if (std::exchange(saved_[save.log], hash) == hash) return;
  ArrivalCheck::Cosigned cosigned = check_.CheckCosigned(save, node_.parts().now_ms());
  if (cosigned.conflict) return session_.OnCheckpointConflict(*cosigned.conflict);
  if (!cosigned.checkpoint) return;
  if (IsWitnessed(ends_, save.log)) {
    if (cosigned.is_held) node_.AddWitnesses(save.log, *cosigned.checkpoint);
    if (ends_.side == Side::kChild) return;  // The parent shows it; it is not for others.
  }
  note::SignedCheckpoint& checkpoint = cosigned.checkpoint->checkpoint;
  const std::string note = checkpoint.note.Encode();
  if (cosigned.is_held) sequencer_.SaveCheckpoint(save.log, std::move(checkpoint));
  node_.ShareCosigned(save.log, note);
}

void SessionDriver::Perform(const FindWitnessed&) {
  for (const log::HeldLog& held : log_.LogsOf(ends_.self)) {
    if (!IsWitnessed(ends_, held.name)) continue;
    session_.OnWitnessed(held.name, node_.witnesses().Checkpoints(held.name));
  }
}

void SessionDriver::Perform(const FindCosigned& find) {
  absl::StatusOr<std::optional<std::string>> latest = log_.LatestCheckpoint(find.log);
  if (latest.ok() && *latest) session_.OnCosignedFound(find.log, **latest);
  std::optional<std::string> shared = node_.LastShared(find.log);
  if (shared) session_.OnCosigned(find.log, *std::move(shared));
}

void SessionDriver::Perform(const SignProof& sign) {
  const log::Sequencer::KeySignature made = sequencer_.SignText(sign.text);
  v1::KeyProof proof;
  proof.set_key_id(made.key_id);
  proof.set_signature(made.signature);
  session_.OnProofSigned(std::move(proof));
}

void SessionDriver::Perform(const CheckProof& check) {
  KeyJudged judged = JudgeKeyProof(log_, node_.parts().keys, ends_.peer, check.text, check.proof);
  if (judged.verdict == KeyVerdict::kRefused) {
    spdlog::warn(
        "{}: who connected from {} with the certificate for {} has not proven its signing "
        "key: {}",
        ends_.self, peer_address_, ends_.peer, judged.reason);
  }
  peer_key_ = std::move(judged.key);
  session_.OnProofChecked(judged.verdict, judged.reason);
}

void SessionDriver::Perform(const AdmitPeer&) {
  if (!node_.Admit(this)) return;  // It is being stopped.
  // Listening begins before the logs are looked at, so that nothing is missed.
  subscription_ =
      log_.OnCommit([weak = weak_from_this()](const std::vector<log::HeldLog>& advanced) {
        if (auto self = weak.lock()) self->OnCommit(advanced);
      });
  std::vector<LocalLog> logs;
  std::map<std::string, absl::Status> unreadable;
  for (const log::HeldLog& held : log_.Logs()) {
    if (!IsOutbound(ends_, held.name) && !IsInbound(ends_, held.name)) continue;
    absl::Status readable;
    logs.push_back(Look(held, readable));
    if (!readable.ok()) unreadable.emplace(held.name, std::move(readable));
  }
  session_.OnLogs(logs);
  for (const auto& [log, why] : unreadable) {
    if (IsOutbound(ends_, log)) session_.OnReadFailed(log, why);
  }
}

void SessionDriver::EndIfKeyIsVoid() {
  if (!peer_key_ || end_) return;
  if (auto why = WhyKeyIsVoid(node_.parts().keys, ends_.peer, *peer_key_)) {
    session_.OnPeerKeyVoid(*why);
  }
}

void SessionDriver::Perform(const BuildEnrolment&) {
  std::string version = EnrolmentVersion();
  absl::StatusOr<v1::EnrolmentChain> chain =
      BuildEnrolmentChain(log_, sequencer_, node_.parts().keys, ends_.peer);
  if (!chain.ok()) {
    if (!absl::IsNotFound(chain.status())) {
      spdlog::error("{}: the enrolment chain of {} can't be made: {}", ends_.self, ends_.peer,
                    std::string(chain.status().message()));
    }
    return session_.OnEnrolmentMissing(ErrorOf(chain.status()));
  }
  enrolment_version_ = std::move(version);
  session_.OnEnrolmentBuilt(*std::move(chain));
}

std::string SessionDriver::EnrolmentVersion() const {
  const KeyRegistry& keys = node_.parts().keys;
  std::string version;
  const auto add = [&version](const std::vector<log::LogIndex>& places) {
    for (const log::LogIndex& place : places) {
      version += place.log + "#" + std::to_string(place.index) + " ";
    }
  };
  if (absl::StatusOr<std::vector<log::LogIndex>> places = keys.ChainFor(ends_.peer); places.ok()) {
    add(*places);
    return version;
  }
  absl::StatusOr<EnrolledNode> peer = keys.Find(ends_.peer);
  if (peer.ok()) add(peer->places);
  absl::StatusOr<std::optional<std::string>> kept = log_.SavedNote(kEnrolmentNote);
  return version + (kept.ok() ? kept->value_or("") : "");
}

void SessionDriver::RenewEnrolment() {
  if (ends_.side != Side::kParent || !enrolment_version_) return;
  if (EnrolmentVersion() != *enrolment_version_) session_.OnEnrolmentChanged();
}

void SessionDriver::Perform(const SaveEnrolment& save) {
  // The children's chains are made from it, but not before it can be read.
  node_.SaveEnrolment(save.chain, [weak = weak_from_this()] {
    if (auto self = weak.lock()) self->node_.ShareKeys();
  });
  saved_.clear();  // Cosignatures that could not be verified before come again.
}

void SessionDriver::Perform(const FreezeLog& freeze) {
  node_.Freeze(freeze.log, freeze.reason, freeze.evidence);
}

void SessionDriver::Perform(const StopRecording& stop) {
  node_.StopRecording(stop.log, stop.reason, stop.evidence);
}

void SessionDriver::Perform(const KeepEvidence& keep) {
  node_.KeepEvidence(keep.log, keep.evidence);
}

void SessionDriver::Perform(const AllowRecording&) { node_.AllowRecording(); }

void SessionDriver::Perform(const EndSession& end) { end_ = end.status; }

void SessionDriver::Close(const absl::Status& status) {
  if (closed_) return;
  closed_ = true;
  end_ = status;
  subscription_.reset();
  PublishStatus(/*now=*/true);
  stream_.Close(status);
  node_.Leave(this);
}

}  // namespace liggare::replication
