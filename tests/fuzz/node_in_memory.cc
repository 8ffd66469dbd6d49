#include "tests/fuzz/node_in_memory.h"

#include <algorithm>
#include <array>
#include <utility>

#include "services/replication/chunks/arrival_check.h"
#include "tests/fuzz/fuzz_input.h"

namespace liggare::testing {
namespace {

class Admitting : public log::Judge {
 public:
  absl::StatusOr<std::vector<log::LogIndex>> Admit(const log::DataHeader&,
                                                   const log::Submission&) override {
    return std::vector<log::LogIndex>();
  }
  void Accepted(const log::EntryHeader&, std::string_view, const log::Submission&) override {}
  void Stored(const log::Chunk&) override {}
  bool SameFields(std::string_view, const std::vector<log::DisclosureText>&,
                  const log::Submission&) override {
    return false;
  }
};

}  // namespace

note::SigningKey FuzzKeyOf(const std::string& path) {
  std::array<uint8_t, note::kSeedBytes> seed{};
  std::ranges::copy(path.substr(0, seed.size()), seed.begin());
  return *note::SigningKey::FromSeed(std::string(kFuzzTrustDomain) + "/" + path, seed);
}

log::SequencerEnvironment FuzzEnvironment() {
  return {.now_ms = [] { return kFuzzNowMs; },
          .random =
              [next = uint8_t{0}](uint8_t* out, size_t n) mutable {
                for (size_t i = 0; i < n; ++i) out[i] = ++next;
              }};
}

void StepTimer::After(int64_t, std::function<void()> closure) {
  waiting_.push_back(std::move(closure));
}

void StepTimer::RunAll() {
  for (auto& closure : std::exchange(waiting_, {})) closure();
}

NodeInMemory::NodeInMemory(const std::string& path)
    : key_(FuzzKeyOf(path)), judge_(std::make_unique<Admitting>()) {
  log::EventLog::Options options{.trust_domain = kFuzzTrustDomain, .path = path};
  options.random = FuzzEnvironment().random;
  log_ = *log::EventLog::Open(database_, std::move(options));
  log::SequencerEnvironment environment = FuzzEnvironment();
  environment.now_ms = [this] { return now_ms_; };
  sequencer_ = std::make_unique<log::Sequencer>(database_, *log_, *judge_, key_, environment);
  keys_ = std::make_unique<replication::KeyRegistry>(*log_, FuzzKeyOf("se").verifier(),
                                                     key_.verifier());
  node_ = std::make_unique<replication::ReplicationNode>(
      replication::ReplicationNode::Parts{.log = *log_,
                                          .sequencer = *sequencer_,
                                          .keys = *keys_,
                                          .workers = workers_,
                                          .timer = timer_,
                                          .now_ms = [this] { return now_ms_; },
                                          .random = FuzzEnvironment().random,
                                          .evidence_directory = ""});
}

NodeInMemory::~NodeInMemory() = default;

absl::Status NodeInMemory::Record(v1::EventData event) {
  event.set_event_id(std::string(15, 'e') + static_cast<char>(++recorded_));
  std::vector<log::Submission> submissions(1);
  submissions.front().data = event.SerializeAsString();
  submissions.front().principal = "fuzz";
  absl::Status outcome = absl::UnknownError("not answered");
  sequencer_->Record(std::move(submissions),
                     [&outcome](auto results) { outcome = results.at(0).status(); });
  Settle();
  return outcome;
}

absl::Status NodeInMemory::Enrol(const std::string& path) {
  v1::EventData event;
  event.set_subject("node/" + path);
  event.mutable_node_enrolled()->set_verifier_key(FuzzKeyOf(path).verifier().Text());
  event.mutable_node_enrolled()->set_custody(v1::CUSTODY_OWN);
  return Record(std::move(event));
}

void NodeInMemory::Take(v1::Chunk chunk) {
  replication::ArrivalCheck check(*log_, *sequencer_, *keys_);
  auto verdict = check.Verify(std::move(chunk), now_ms_);
  FUZZ_CHECK(verdict.verified.has_value());
  sequencer_->Store(*std::move(verdict.verified), [](auto, auto) {});
  Settle();
}

bool NodeInMemory::Settle() {
  bool any = false;
  while (workers_.Step() || sequencer_->Step()) any = true;
  return any;
}

void NodeInMemory::LetTimePass(int64_t ms) {
  now_ms_ += ms;
  timer_.RunAll();
  Settle();
}

}  // namespace liggare::testing
