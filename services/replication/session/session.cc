#include "services/replication/session/session.h"

#include <algorithm>
#include <utility>

#include "eventstore/log/bytes/clock.h"
#include "eventstore/merkle/hash.h"
#include "proto/error/error.h"
#include "proto/name/log_name.h"
#include "services/replication/session/limits.h"
#include "services/replication/session/peer_words.h"

namespace liggare::replication {
namespace {

v1::Frame ExpectedFrame(const Extent& extent) {
  v1::Frame frame;
  *frame.mutable_expected()->mutable_state() = ToProto(extent);
  return frame;
}

// 0 for bytes that are no entry: the verification will say so.
int64_t ClockMsOf(const std::string& entry) {
  v1::Event event;
  if (!event.ParseFromString(entry)) return 0;
  return log::ClockMs(event.clock());
}

// Clocks rise within a log, so the last is the furthest; the verification blames a log
// in which they don't. 0 if every entry is withheld.
int64_t LatestMsOf(const v1::Chunk& chunk) {
  const auto shown = [](const std::string& entry) { return !merkle::IsWithheld(entry); };
  const auto& entries = chunk.entries();
  const auto first = std::find_if(entries.begin(), entries.end(), shown);
  const auto last = std::find_if(entries.rbegin(), entries.rend(), shown);
  if (first == entries.end()) return 0;
  return std::max(ClockMsOf(*first), ClockMsOf(*last));
}

}  // namespace

Session::Session(Options options)
    : options_(std::move(options)),
      outbound_(options_.ends.self),
      inbound_(options_.ends.peer, options_.has_key) {}

bool Session::IsOwn(std::string_view log) const {
  return name::PathOfLog(log) == options_.ends.self;
}

bool Session::IsCarried(std::string_view log) const {
  return IsOutbound(options_.ends, log) || IsInbound(options_.ends, log);
}

// --- Life -------------------------------------------------------------------

void Session::Start(SessionTime now) {
  now_ = now;
  heard_ms_ = said_ms_ = now.steady_ms;
  phase_ = Phase::kGreeting;
  if (options_.ends.side == Side::kChild) SendHello();
}

void Session::Stop(std::string reason) {
  End(MakeError(v1::ERROR_CODE_UNAVAILABLE, {std::move(reason), "", ""}));
}

void Session::Fault(v1::ErrorCode code, const std::string& message) {
  End(MakeError(code, {message, "", ""}));
}

void Session::End(absl::Status status) {
  if (phase_ == Phase::kEnding || phase_ == Phase::kEnded) return;
  end_ = std::move(status);
  phase_ = Phase::kEnding;
  v1::Frame frame;
  *frame.mutable_goodbye()->mutable_error() = ErrorOf(end_);
  Send(std::move(frame));
}

std::optional<absl::Status> Session::ending() const {
  if (phase_ != Phase::kEnding) return {};
  return end_;
}

void Session::OnTick(SessionTime now) {
  now_ = now;
  if (phase_ == Phase::kEnding || phase_ == Phase::kEnded) return;
  if (!WantsFrame()) heard_ms_ = now.steady_ms;  // We keep the peer waiting ourselves.
  if (now.steady_ms - heard_ms_ > kSilenceMaxMs) {
    return Fault(v1::ERROR_CODE_UNAVAILABLE, options_.ends.peer + " has not been heard for " +
                                                 std::to_string(kSilenceMaxMs / 1000) + " s.");
  }
  EndIfNotProven();
  CheckPeerProof();
  SendHeartbeatIfDue();
  FindWitnessedIfDue();
  inbound_.Retry(now_);
  Settle();
}

bool Session::WantsFrame() const {
  return phase_ != Phase::kEnding && phase_ != Phase::kEnded &&
         inbound_.storing_bytes() < kStoringBytesMax && control_.size() < kControlFramesMax;
}

void Session::Settle() {
  if (phase_ == Phase::kEnding || phase_ == Phase::kEnded) return;
  FindMoreCosigned();
  for (const Outbound::Comparison& comparison : outbound_.TakeComparisons()) {
    if (!comparison.peer_ahead) {
      effects_.push_back(CompareRoot{comparison.peer});
    } else if (IsOwn(comparison.peer.log)) {
      OwnLogBehind(comparison.peer);
    }
  }
  for (Inbound::Action& action : inbound_.TakeActions()) {
    if (auto* store = std::get_if<StoreChunk>(&action)) {
      effects_.push_back(std::move(*store));
    } else if (auto* duplicate = std::get_if<CheckDuplicate>(&action)) {
      effects_.push_back(std::move(*duplicate));
    } else {
      const auto& expected = std::get<Inbound::SendExpected>(action);
      v1::Frame frame = ExpectedFrame(expected.held);
      if (expected.refusal) *frame.mutable_expected()->mutable_refusal() = *expected.refusal;
      Send(std::move(frame));
    }
  }
  while (std::optional<ReadChunk> read = outbound_.NextRead()) {
    effects_.push_back(*std::move(read));
  }
}

std::optional<v1::Frame> Session::TakeFrame() {
  if (!control_.empty()) {
    if (control_.front().has_frontier()) return TakeFrontierPage();
    v1::Frame frame = std::move(control_.front());
    control_.pop_front();
    if (frame.has_goodbye()) {
      phase_ = Phase::kEnded;
      effects_.push_back(EndSession{end_});
    }
    return frame;
  }
  if (phase_ != Phase::kLive) return {};
  v1::Frame frame;
  for (auto* waiting : {&cosigned_found_, &cosigned_}) {
    if (waiting->empty()) continue;
    auto newest = waiting->extract(waiting->begin());
    frame.mutable_cosigned()->set_log(newest.key());
    frame.mutable_cosigned()->set_checkpoint(std::move(newest.mapped()));
    FindMoreCosigned();
    return frame;
  }
  if (std::optional<v1::Frame> witnessed = TakeWitnessed()) return witnessed;
  std::optional<v1::Chunk> chunk = outbound_.TakeChunk();
  if (!chunk) return {};
  *frame.mutable_chunk() = *std::move(chunk);
  Settle();  // There is room to read another.
  return frame;
}

std::vector<Effect> Session::TakeEffects() { return std::exchange(effects_, {}); }

// --- Frames -----------------------------------------------------------------

void Session::OnFrame(v1::Frame frame, SessionTime now) {
  if (phase_ == Phase::kEnding || phase_ == Phase::kEnded) return;
  now_ = now;
  heard_ms_ = now.steady_ms;
  if (!IsInOrder(frame)) {
    return Fault(v1::ERROR_CODE_MALFORMED,
                 options_.ends.peer + " sent a frame that has no place at this point.");
  }
  Dispatch(std::move(frame));
  Settle();
}

bool Session::IsInOrder(const v1::Frame& frame) const {
  if (frame.has_goodbye()) return true;
  const bool any_time = frame.has_enrolment() || frame.has_waiting() || frame.has_heartbeat();
  switch (phase_) {
    case Phase::kGreeting:
      return frame.has_hello();
    case Phase::kProving:
      return frame.has_key_proof() || any_time;
    case Phase::kComparing:
      return frame.has_frontier() || any_time;
    default:
      return !frame.has_hello() && !frame.has_key_proof() && !frame.has_frontier();
  }
}

void Session::Dispatch(v1::Frame frame) {
  switch (frame.kind_case()) {
    case v1::Frame::kHello:
      return OnHello(frame.hello());
    case v1::Frame::kKeyProof:
      return OnKeyProof(std::move(*frame.mutable_key_proof()));
    case v1::Frame::kWaiting:
      return OnWaiting(frame.waiting());
    case v1::Frame::kFrontier:
      return OnFrontier(frame.frontier());
    case v1::Frame::kChunk:
      return OnChunk(std::move(*frame.mutable_chunk()));
    case v1::Frame::kAcknowledged:
      return OnAcknowledged(frame.acknowledged());
    case v1::Frame::kExpected:
      return OnExpected(frame.expected());
    case v1::Frame::kCosigned:
      return OnCosignedFrame(frame.cosigned());
    case v1::Frame::kHeartbeat:
      return OnHeartbeat(frame.heartbeat());
    case v1::Frame::kGoodbye:
      return OnGoodbye(frame.goodbye());
    case v1::Frame::kEnrolment:
      if (options_.ends.side == Side::kChild) effects_.push_back(SaveEnrolment{frame.enrolment()});
      return;
    case v1::Frame::KIND_NOT_SET:
      return;  // A kind of a later version.
  }
}

void Session::OnChunk(v1::Chunk chunk) {
  if (absl::Status status = CheckChunk(chunk); !status.ok()) return End(std::move(status));
  if (chunk.entries().empty()) return OnProof(std::move(chunk));
  if (!MayCome(chunk.log()) || !FitsEpochs(chunk)) return;
  const int64_t latest_ms = LatestMsOf(chunk);
  inbound_.Arrived(std::move(chunk), {.latest_ms = latest_ms, .now = now_});
}

void Session::OnAcknowledged(const v1::Acknowledged& acknowledged) {
  if (IsTooLarge(acknowledged.cosigned_checkpoint())) return;
  absl::StatusOr<Extent> peer = ExtentOf(acknowledged.state());
  if (!peer.ok()) return End(peer.status());
  if (!IsOutbound(options_.ends, peer->log)) {
    return Fault(v1::ERROR_CODE_PERMISSION_DENIED,
                 options_.ends.peer + " acknowledges " + peer->log + ", which is not sent to it.");
  }
  if (!MayName(peer->log)) return;
  if (outbound_.Acknowledge(*peer) != Outbound::Ack::kTaken) {
    effects_.push_back(CompareRoot{*peer});
  }
  if (!acknowledged.cosigned_checkpoint().empty()) {
    effects_.push_back(SaveCosigned{peer->log, acknowledged.cosigned_checkpoint()});
  }
}

void Session::OnExpected(const v1::Expected& expected) {
  absl::StatusOr<Extent> peer = ExtentOf(expected.state());
  if (!peer.ok()) return End(peer.status());
  if (!IsCarried(peer->log) || !MayName(peer->log)) return;
  if (IsOutbound(options_.ends, peer->log)) {
    if (expected.has_refusal()) {
      outbound_.Stop(peer->log, options_.ends.peer + " refuses " + peer->log + ": " +
                                    ErrorText(PeerWords(expected.refusal())));
    } else if (auto dispute = disputes_.find(peer->log); dispute != disputes_.end()) {
      dispute->second.peer = *peer;
    } else {
      outbound_.PeerHolds(*peer);
    }
  } else if (IsInbound(options_.ends, peer->log) && !expected.has_refusal()) {
    disputes_[peer->log].peer = *peer;
    if (peer->size <= inbound_.Held(peer->log).size) AskProof(peer->log, peer->size);
  }
}

void Session::OnCosignedFrame(const v1::Cosigned& cosigned) {
  const bool may_come =
      IsOutbound(options_.ends, cosigned.log()) || IsWitnessed(options_.ends, cosigned.log());
  if (options_.ends.side == Side::kParent || !may_come) {
    return Fault(v1::ERROR_CODE_PERMISSION_DENIED,
                 options_.ends.peer + " may not send cosignatures of " + cosigned.log() + ".");
  }
  if (IsTooLarge(cosigned.checkpoint()) || !MayName(cosigned.log())) return;
  effects_.push_back(SaveCosigned{cosigned.log(), cosigned.checkpoint()});
}

void Session::OnGoodbye(const v1::Goodbye& goodbye) {
  end_ = MakeError(PeerWords(goodbye.error()));
  phase_ = Phase::kEnded;
  control_.clear();
  effects_.push_back(EndSession{end_});
}

// --- Answers and news -------------------------------------------------------

void Session::OnLogAdvanced(const LocalLog& log) {
  const std::string& name = log.held.log;
  if (!has_logs() || !IsCarried(name)) return;
  if (!logs_.contains(name) && !IsOfEnds(name) && logs_.size() >= kSessionLogsMax - 2 * kEpochMax) {
    left_out_.insert(name);
    return;
  }
  logs_[name] = log;
  named_.erase(name);
  if (IsOutbound(options_.ends, name)) {
    outbound_.Advance(name, log.sendable);
  } else {
    inbound_.Advance(log.held);
    if (inbound_.waiting_count() > 0) inbound_.Retry(now_);  // For an epoch before.
    if (log.frozen && !inbound_.IsRefused(name)) inbound_.Refuse(name, FrozenError(name));
  }
  Settle();
}

v1::Error Session::FrozenError(const std::string& log) const {
  return ErrorOf(MakeError(v1::ERROR_CODE_FORKED, {log + " is frozen at " + options_.ends.self +
                                                       " on evidence that its own key signed.",
                                                   "", ""}));
}

void Session::OnKeysChanged() {
  if (phase_ != Phase::kProving && !has_logs()) return;
  if (options_.ends.side == Side::kParent && !enrolment_sent_) {
    effects_.push_back(BuildEnrolment{});
  }
  CheckPeerProof();
  inbound_.Retry(now_);
  Settle();
}

void Session::OnEnrolmentChanged() {
  if (options_.ends.side != Side::kParent) return;
  enrolment_sent_ = false;
  OnKeysChanged();
}

void Session::OnCosigned(std::string log, std::string checkpoint) {
  if (options_.ends.side != Side::kParent || !IsInbound(options_.ends, log)) return;
  cosigned_[std::move(log)] = std::move(checkpoint);
}

void Session::OnCosignedFound(std::string log, std::string checkpoint) {
  if (options_.ends.side != Side::kParent || !IsInbound(options_.ends, log)) return;
  cosigned_found_[std::move(log)] = std::move(checkpoint);
}

void Session::OnChunkRead(v1::Chunk chunk, uint64_t round, const merkle::Hash& end_root) {
  outbound_.Read(std::move(chunk), round, end_root);
  Settle();
}

void Session::OnReadFailed(const std::string& log, const absl::Status& status) {
  outbound_.Stop(log, log + " can't be read: " + std::string(status.message()));
  Settle();
}

void Session::OnStored(const Extent& held, std::string cosigned_checkpoint, uint64_t ticket) {
  inbound_.Stored(held, ticket);
  Acknowledge(held, std::move(cosigned_checkpoint));
  Settle();
}

void Session::OnDuplicateChecked(const Extent& held, std::string cosigned_checkpoint) {
  Acknowledge(held, std::move(cosigned_checkpoint));
  Settle();
}

void Session::Acknowledge(const Extent& held, std::string cosigned_checkpoint) {
  if (phase_ != Phase::kLive) return;
  for (v1::Frame& waiting : control_) {
    // A newer word replaces one that has not gone out, unless it would lose a
    // cosignature.
    if (!waiting.has_acknowledged() || waiting.acknowledged().state().log() != held.log) continue;
    if (cosigned_checkpoint.empty() && !waiting.acknowledged().cosigned_checkpoint().empty()) {
      continue;
    }
    *waiting.mutable_acknowledged()->mutable_state() = ToProto(held);
    waiting.mutable_acknowledged()->set_cosigned_checkpoint(std::move(cosigned_checkpoint));
    return;
  }
  v1::Frame frame;
  *frame.mutable_acknowledged()->mutable_state() = ToProto(held);
  frame.mutable_acknowledged()->set_cosigned_checkpoint(std::move(cosigned_checkpoint));
  Send(std::move(frame));
}

void Session::OnStoreAborted(const Extent& held, std::string cosigned_checkpoint, uint64_t ticket) {
  // Another session may have stored the chunk: its cosignature must not be lost.
  if (held.size > 0) Acknowledge(held, std::move(cosigned_checkpoint));
  inbound_.Aborted(held, ticket);
  Settle();
}

void Session::OnStoreFailed(const absl::Status& status) { End(status); }

void Session::OnStoreRefused(const std::string& log, const v1::Error& why) {
  inbound_.RefuseNow(log, why);
  Settle();
}

void Session::OnEnrolmentBuilt(v1::EnrolmentChain chain) {
  if (enrolment_sent_ || phase_ == Phase::kEnding || phase_ == Phase::kEnded) return;
  enrolment_sent_ = true;
  asked_ms_ = now_.steady_ms;
  v1::Frame frame;
  *frame.mutable_enrolment() = std::move(chain);
  Send(std::move(frame));
  // Only now can the child verify the cosignatures by these keys: what it was sent
  // before comes again.
  if (phase_ == Phase::kLive) FindCosignedLogs();
  Settle();
}

}  // namespace liggare::replication
