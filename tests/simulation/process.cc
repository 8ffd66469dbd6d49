#include "tests/simulation/process.h"

#include <array>
#include <utility>

#include "proto/error/error.h"
#include "proto/form/uuid.h"
#include "proto/name/node_path.h"
#include "services/record/event_judge.h"
#include "tests/simulation/misdeeds.h"

namespace liggare::simulation {
namespace {

constexpr int64_t kWorkMaxUs = 300;        // Until a thread is free.
constexpr int64_t kFirstDialUs = 200'000;  // At most, after the start.
constexpr int kLaterType = 9'000;          // Of payloads, that nobody knows yet.
constexpr char kUnjudged[] = "nobody";     // The principal of what is not judged.

}  // namespace

// The product's timer, on the simulated time.
class Process::StepTimer : public work::Timer {
 public:
  explicit StepTimer(Process& process) : process_(process) {}
  void After(int64_t delay_ms, std::function<void()> closure) override {
    process_.parts_.network.parts().scheduler.After(
        delay_ms * 1'000,
        [process = &process_, lives = process_.lives_, closure = std::move(closure)] {
          if (!*lives) return;
          closure();
          process->Wake();
        });
  }
  int64_t SteadyMs() override { return process_.parts_.network.parts().scheduler.now_us() / 1'000; }

 private:
  Process& process_;
};

// The product's judge, which knows one type more: whatever is of it may be recorded, and
// whatever a hostile member slips past it.
class Process::LaterJudge : public log::Judge {
 public:
  explicit LaterJudge(const log::EventLog& log) : judge_(log) {}
  absl::StatusOr<std::vector<log::LogIndex>> Admit(const log::DataHeader& header,
                                                   const log::Submission& submission) override {
    if (header.type == kLaterType || submission.principal == kUnjudged) {
      return std::vector<log::LogIndex>();
    }
    return judge_.Admit(header, submission);
  }
  void Accepted(const log::EntryHeader& header, std::string_view entry,
                const log::Submission& submission) override {
    if (header.data_header.type == kLaterType || header.principal == kUnjudged) return;
    judge_.Accepted(header, entry, submission);
  }
  void Stored(const log::Chunk& chunk) override { judge_.Stored(chunk); }
  bool SameFields(std::string_view first_data, const std::vector<log::DisclosureText>& stored,
                  const log::Submission& submission) override {
    return judge_.SameFields(first_data, stored, submission);
  }
  std::vector<std::string> ErasedBy(std::string_view log, uint32_t type,
                                    std::string_view entry) override {
    return judge_.ErasedBy(log, type, entry);
  }
  bool MayWriteAbout(std::string_view log, std::string_view subject) override {
    return judge_.MayWriteAbout(log, subject);
  }

 private:
  record::EventJudge judge_;
};

Process::Process(Parts parts)
    : parts_(std::move(parts)),
      timer_(std::make_unique<StepTimer>(*this)),
      backoff_([this] { return parts_.random.Unit(); }) {}

absl::StatusOr<std::unique_ptr<Process>> Process::Start(Parts parts) {
  std::unique_ptr<Process> process(new Process(std::move(parts)));
  Process* self = process.get();
  log::EventLog::Options options;
  options.trust_domain = kTrustDomain;
  options.path = self->path();
  options.random = [self](uint8_t* out, size_t n) { self->parts_.random.Fill(out, n); };
  absl::StatusOr<std::unique_ptr<log::EventLog>> log =
      log::EventLog::Open(self->parts_.disk, std::move(options));
  if (!log.ok()) return log.status();
  self->Open(*std::move(log));
  if (self->path() != name::kNationPath) {
    self->After(self->parts_.random.Between(0, kFirstDialUs), &Process::Dial);
  }
  return process;
}

void Process::Open(std::unique_ptr<log::EventLog> log) {
  log_ = std::move(log);
  const note::SigningKey& key = KeyOf(path());
  keys_ = std::make_unique<replication::KeyRegistry>(*log_, KeyOf(name::kNationPath).verifier(),
                                                     key.verifier());
  states_ = std::make_unique<state::StateReader>(*log_);
  Checker& checker = parts_.network.parts().checker;
  checker.OnVisible(name(), log_->Logs());
  visible_ = log_->OnCommit([this, &checker](const std::vector<log::HeldLog>& advanced) {
    checker.OnVisible(name(), advanced);
  });
  judge_ = std::make_unique<LaterJudge>(*log_);
  log::SequencerEnvironment environment;
  environment.now_ms = parts_.now_ms;
  environment.random = [this](uint8_t* out, size_t n) { parts_.random.Fill(out, n); };
  sequencer_ =
      std::make_unique<log::Sequencer>(parts_.disk, *log_, *judge_, key, std::move(environment));
  replication_ = std::make_unique<replication::ReplicationNode>(replication::ReplicationNode::Parts{
      .log = *log_,
      .sequencer = *sequencer_,
      .keys = *keys_,
      .workers = workers_,
      .timer = *timer_,
      .now_ms = parts_.now_ms,
      .random = [this](uint8_t* out, size_t n) { parts_.random.Fill(out, n); },
      .evidence_directory = parts_.evidence_directory});
  hosted_.emplace(hosting::HostedNode{
      .path = path(),
      .log = *log_,
      .sequencer = *sequencer_,
      .keys = *keys_,
      .states = *states_,
      .verifier = [&key] { return key.verifier(); },
      .parent_status = [this] { return replication_->ParentStatus(); },
      .alarms = [this] { return replication_->Alarms(); },
      .recording_stopped = [this] { return replication_->recording_stopped(); }});
}

Process::~Process() {
  *lives_ = false;
  workers_.Stop();
  // Refuses what was queued, for the disk takes no more.
  sequencer_.reset();
  replication_.reset();
}

std::shared_ptr<replication::SessionDriver> Process::MakeSession(replication::Side side,
                                                                 const std::string& peer,
                                                                 replication::FrameStream& stream) {
  return std::make_shared<replication::SessionDriver>(
      *replication_, replication::SessionEnds{side, path(), peer}, peer, stream);
}

void Process::Speak(v1::Frame& frame) const {
  if (frame.has_hello()) {
    frame.mutable_hello()->set_protocol_version(parts_.temper.protocol_version);
  }
  if (frame.has_acknowledged() && parts_.plants.acknowledges_early) {
    v1::LogState& state = *frame.mutable_acknowledged()->mutable_state();
    state.set_size(state.size() + 1);
  }
  if (parts_.temper.misdeeds != nullptr) parts_.temper.misdeeds->Distort(frame, *log_, now_ms());
}

void Process::RecordLaterType() {
  std::array<uint8_t, 10> random;
  parts_.random.Fill(random.data(), random.size());
  v1::EventData event;
  event.set_event_id(form::MakeUuid7(now_ms(), random));
  // Of a year of its own: the judge's cached states know nothing of such entries.
  event.set_subject("rapport/2031/" + path());
  event.GetReflection()->MutableUnknownFields(&event)->AddLengthDelimited(kLaterType, "later");
  std::vector<log::Submission> submissions(1);
  submissions.front().data = event.SerializeAsString();
  submissions.front().principal = path();
  sequencer_->Record(
      std::move(submissions),
      [this, id = event.event_id()](const std::vector<absl::StatusOr<log::Recorded>>& outcomes) {
        if (!outcomes.front().ok()) return;
        const log::Recorded& recorded = *outcomes.front();
        parts_.network.parts().checker.OnAcknowledged(name(), id, {recorded.log, recorded.index});
      });
  Wake();
}

void Process::RecordUnjudged(const v1::EventData& event) {
  std::vector<log::Submission> submissions(1);
  submissions.front().data = event.SerializeAsString();
  submissions.front().principal = kUnjudged;
  sequencer_->Record(std::move(submissions), [](const auto&) {});
  Wake();
}

// --- Steps ------------------------------------------------------------------

void Process::After(int64_t delay_us, void (Process::*method)()) {
  parts_.network.parts().scheduler.After(delay_us, [this, lives = lives_, method] {
    if (*lives) (this->*method)();
  });
}

void Process::Wake() {
  Random& random = parts_.random;
  if (!std::exchange(work_planned_, true)) {
    After(random.Between(10, kWorkMaxUs), &Process::Work);
  }
  if (!std::exchange(commit_planned_, true)) {
    After(random.Between(200, parts_.temper.commit_max_us), &Process::Commit);
  }
}

void Process::Work() {
  work_planned_ = false;
  if (!alive()) return;
  if (workers_.Step()) Wake();
}

void Process::Commit() {
  commit_planned_ = false;
  if (!alive()) return;
  const bool committed = sequencer_->Step();
  if (!alive()) return parts_.crashed();
  if (committed) Wake();
}

// --- Dialling: what Uplink's Dialler does -----------------------------------

void Process::Dial() {
  parts_.network.Dial(*this, [this, lives = lives_](const absl::Status& why, bool lived) {
    if (*lives) OnCallDone(why, lived);
  });
}

void Process::DialOnceMore() {
  parts_.network.Dial(*this, [](const absl::Status&, bool) {});
}

void Process::OnCallDone(const absl::Status& why, bool lived) {
  const v1::Error error = ErrorOf(why);
  replication_->SetParentError(ErrorText(error));
  if (lived && error.code() == v1::ERROR_CODE_UNAVAILABLE) backoff_.Reset();
  if (!parts_.plants.never_redials) After(backoff_.NextDelayMs() * 1'000, &Process::Dial);
}

}  // namespace liggare::simulation
