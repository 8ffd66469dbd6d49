#include "tests/simulation/process.h"

#include <utility>

#include "proto/error/error.h"
#include "services/domain/node_path.h"

namespace liggare::simulation {
namespace {

constexpr int64_t kWorkMaxUs = 300;        // Until a thread is free.
constexpr int64_t kFirstDialUs = 200'000;  // At most, after the start.

}  // namespace

// The product's timer, on the simulated time.
class Process::StepTimer : public replication::Timer {
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

 private:
  Process& process_;
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
  if (self->path() != domain::kNationPath) {
    self->After(self->parts_.random.Between(0, kFirstDialUs), &Process::Dial);
  }
  return process;
}

void Process::Open(std::unique_ptr<log::EventLog> log) {
  log_ = std::move(log);
  const note::SigningKey& key = KeyOf(path());
  keys_ = std::make_unique<replication::KeyRegistry>(*log_, KeyOf(domain::kNationPath).verifier(),
                                                     key.verifier());
  states_ = std::make_unique<state::StateReader>(*log_);
  Checker& checker = parts_.network.parts().checker;
  checker.OnVisible(name(), log_->Logs());
  visible_ = log_->OnCommit([this, &checker](const std::vector<log::HeldLog>& advanced) {
    checker.OnVisible(name(), advanced);
  });
  judge_ = std::make_unique<ingest::EventJudge>(*log_);
  log::SequencerEnvironment environment;
  environment.now_ms = parts_.now_ms;
  environment.random = [this](uint8_t* out, size_t n) { parts_.random.Fill(out, n); };
  sequencer_ =
      std::make_unique<log::Sequencer>(parts_.disk, *log_, *judge_, key, std::move(environment));
  replication_ = std::make_unique<replication::ReplicationNode>(
      replication::ReplicationNode::Parts{.log = *log_,
                                          .sequencer = *sequencer_,
                                          .keys = *keys_,
                                          .workers = workers_,
                                          .timer = *timer_,
                                          .now_ms = parts_.now_ms,
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
