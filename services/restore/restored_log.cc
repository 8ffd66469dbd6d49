#include "services/restore/restored_log.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "liggare/v1/entry.pb.h"
#include "proto/error/error.h"
#include "proto/form/uuid.h"
#include "proto/name/log_name.h"
#include "proto/name/node_path.h"
#include "services/domain/fold/erasure.h"
#include "services/domain/law/authority.h"
#include "services/domain/place/subject.h"
#include "services/replication/chunks/enrolment_chain.h"
#include "services/replication/session/epoch_opening.h"
#include "services/replication/session/peer_status.h"

namespace liggare::restore {
namespace {

// The basis that goes with a submission, handed to the judge beside it.
class GivenBasis : public log::ParsedEvent {
 public:
  explicit GivenBasis(std::vector<log::LogIndex> basis) : basis_(std::move(basis)) {}
  const std::vector<log::LogIndex>& basis() const { return basis_; }

 private:
  const std::vector<log::LogIndex> basis_;
};

uint32_t EpochOf(std::string_view log) {
  const auto name = name::ParseLogName(log);
  return name.ok() ? name->epoch : 0;
}

absl::Status Unverified(const std::string& message) {
  return MakeError(v1::ERROR_CODE_VERIFICATION_FAILED, {message, "", ""});
}

}  // namespace

// Admits everything with the basis that it had: whether a step was allowed was
// judged when it was recorded first (design, 5).
class RestoredLog::Judge : public log::Judge {
 public:
  absl::StatusOr<std::vector<log::LogIndex>> Admit(const log::DataHeader&,
                                                   const log::Submission& submission) override {
    const auto* given = dynamic_cast<const GivenBasis*>(submission.parsed.get());
    return given == nullptr ? std::vector<log::LogIndex>() : given->basis();
  }
  void Accepted(const log::EntryHeader&, std::string_view, const log::Submission&) override {}
  void Stored(const log::Chunk&) override {}
  bool SameFields(std::string_view, const std::vector<log::DisclosureText>&,
                  const log::Submission&) override {
    return false;
  }
  // A text that was erased since does not come back.
  std::vector<std::string> ErasedBy(std::string_view log, uint32_t type,
                                    std::string_view entry) override {
    return domain::ErasedBy(log, type, entry);
  }
  bool MayWriteAbout(std::string_view log, std::string_view subject) override {
    return domain::MayWriteAbout(name::PathOfLog(log), subject);
  }
};

absl::StatusOr<std::unique_ptr<RestoredLog>> RestoredLog::Open(log::Database& database,
                                                               uint32_t epoch,
                                                               const NodeParts& parts) {
  std::unique_ptr<RestoredLog> restored(new RestoredLog(parts));
  log::EventLog::Options options;
  options.trust_domain = parts.trust_domain;
  options.path = parts.path;
  options.random = parts.environment.random;
  options.first_epoch = epoch;
  auto log = log::EventLog::Open(database, std::move(options));
  if (!log.ok()) return log.status();
  restored->log_ = *std::move(log);
  restored->judge_ = std::make_unique<Judge>();
  restored->sequencer_ = std::make_unique<log::Sequencer>(
      database, *restored->log_, *restored->judge_, parts.signing_key, parts.environment);
  restored->keys_ = std::make_unique<replication::KeyRegistry>(*restored->log_, parts.national_key,
                                                               parts.signing_key.verifier());
  restored->check_ = std::make_unique<replication::ArrivalCheck>(
      *restored->log_, *restored->sequencer_, *restored->keys_);
  return restored;
}

RestoredLog::~RestoredLog() = default;

absl::Status RestoredLog::OpenEpoch(const replication::Extent& previous) {
  std::array<uint8_t, 10> random;
  parts_.environment.random(random.data(), random.size());
  v1::EntryData data;
  data.set_event_id(form::MakeUuid7(parts_.environment.now_ms(), random));
  data.set_subject(domain::NodeSubject(parts_.path));
  *data.mutable_epoch_opened()->mutable_previous() = replication::ToProto(previous);
  LostEvent opened;
  opened.submission.data = data.SerializeAsString();
  opened.submission.principal = parts_.path;
  std::vector<LostEvent> events;
  events.push_back(std::move(opened));
  return RecordAgain(std::move(events)).status();
}

absl::Status RestoredLog::TakeEnrolment(const v1::EnrolmentChain& chain) {
  auto nodes = replication::VerifyEnrolmentChain(chain, parts_.trust_domain, parts_.national_key);
  if (!nodes.ok()) return nodes.status();
  if (!nodes->contains(parts_.path)) {
    return Unverified("the chain does not enrol " + parts_.path);
  }
  for (const auto& [path, node] : *nodes) {
    keys_->Learn(path, node);
  }
  if (parts_.path == name::kNationPath) return absl::OkStatus();  // Its own log says it.
  const auto reduced = replication::ReduceEnrolmentChain(chain, parts_.trust_domain, *nodes);
  if (!reduced.ok()) return reduced.status();
  sequencer_->SaveNote(std::string(replication::kEnrolmentNote), reduced->SerializeAsString());
  sequencer_->Step();
  return sequencer_->health();
}

absl::Status RestoredLog::CheckOwnKey() const {
  const auto own = keys_->Find(parts_.path);
  if (!own.ok()) return own.status();
  const note::VerifierKey& key = parts_.signing_key.verifier();
  if (std::ranges::find(own->keys, key) == own->keys.end()) {
    return Unverified("the signing key is not the one that enrols " + parts_.path);
  }
  if (own->closed) {
    return Unverified(replication::ClosedText(parts_.path, *own->closed) + ". " +
                      replication::kClosedAdvice);
  }
  if (!note::IsRevoked(own->revocations, key)) return absl::OkStatus();
  return Unverified("the signing key of " + parts_.path + " is revoked. " +
                    replication::kRevokedKeyAdvice);
}

absl::Status RestoredLog::Store(log::VerifiedChunk chunk) {
  absl::Status stored;
  sequencer_->Store(std::move(chunk), [&stored](absl::Status status, log::Sequencer::StoreResult) {
    stored = std::move(status);
  });
  sequencer_->Step();
  return stored;
}

// An epoch must continue exactly the state that its first entry names, as in a session. Here we
// may have restored more of the previous epoch than that entry's author knew of, or another epoch
// that continues it.
absl::Status RestoredLog::FitsEpochs(const v1::Chunk& chunk) const {
  if (EpochOf(chunk.log()) == 1) return absl::OkStatus();
  const auto previous = replication::PreviousIn(chunk.entries(0));
  if (!previous || name::PathOfLog(previous->log) != name::PathOfLog(chunk.log()) ||
      EpochOf(previous->log) >= EpochOf(chunk.log())) {
    return Unverified("the first entry of " + chunk.log() + " names no epoch before it");
  }
  for (const log::HeldLog& other : log_->Logs()) {
    // The own epoch that begins now continues the last of them.
    if (other.name == log_->own_log() || other.size == 0) continue;
    if (name::PathOfLog(other.name) != name::PathOfLog(chunk.log())) continue;
    if (EpochOf(other.name) <= EpochOf(previous->log)) continue;
    return Unverified(chunk.log() + " continues " + previous->log + ", but " + other.name +
                      " is held");
  }
  const auto held = log_->Find(previous->log);
  if (held && held->size == previous->size && held->root == previous->root) return absl::OkStatus();
  return Unverified(chunk.log() + " continues " + Describe(*previous) + ", but " +
                    (held ? std::to_string(held->size) + " entries" : "nothing") +
                    " of that came back");
}

absl::StatusOr<uint64_t> RestoredLog::Take(LogOrigin& origin, const std::string& log,
                                           uint64_t end) {
  for (;;) {
    const auto held = log_->Find(log);
    const uint64_t size = held ? held->size : 0;
    if (size >= end) return size;
    absl::StatusOr<v1::Chunk> chunk = origin.ReadChunk(log, {.first = size, .end = end});
    if (!chunk.ok()) return chunk.status();
    if (chunk->entries().empty()) return size;
    if (chunk->log() != log) return Unverified(origin.name() + " gave entries of " + chunk->log());
    absl::Status fits = size == 0 ? FitsEpochs(*chunk) : absl::OkStatus();
    if (!fits.ok()) return fits;
    auto verdict = check_->Verify(*std::move(chunk), parts_.environment.now_ms());
    if (verdict.fault) {
      return Unverified("what " + origin.name() + " holds of " + log +
                        " does not verify: " + verdict.fault->reason);
    }
    if (!verdict.verified) {
      return Unverified(origin.name() + " gave entries of " + log + " that do not begin at " +
                        std::to_string(size));
    }
    const uint64_t reached = verdict.verified->tree.size();
    if (absl::Status status = Store(*std::move(verdict.verified)); !status.ok()) return status;
    check_->Stored(log, reached);
  }
}

absl::Status RestoredLog::Freeze(const std::string& log, const std::string& evidence) {
  absl::Status frozen;
  sequencer_->Freeze(log, evidence, [&frozen](absl::Status status) { frozen = status; });
  sequencer_->Step();
  return frozen;
}

absl::StatusOr<std::vector<log::Recorded>> RestoredLog::RecordAgain(std::vector<LostEvent> events) {
  std::vector<log::Submission> submissions;
  for (LostEvent& event : events) {
    event.submission.parsed = std::make_unique<GivenBasis>(std::move(event.basis));
    submissions.push_back(std::move(event.submission));
  }
  std::vector<absl::StatusOr<log::Recorded>> outcomes;
  sequencer_->Record(
      std::move(submissions),
      [&outcomes](std::vector<absl::StatusOr<log::Recorded>> all) { outcomes = std::move(all); });
  sequencer_->Step();
  std::vector<log::Recorded> recorded;
  for (absl::StatusOr<log::Recorded>& outcome : outcomes) {
    if (!outcome.ok()) return outcome.status();
    recorded.push_back(*std::move(outcome));
  }
  return recorded;
}

}  // namespace liggare::restore
