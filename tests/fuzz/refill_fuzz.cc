// A peer that a node is restored from, which answers with anything: true answers with
// changed bytes, or bytes of its own. Whatever the restore then takes is whole, and it
// continues what the node's key has signed.
#include <algorithm>
#include <array>

#include "eventstore/log/fsck.h"
#include "liggare/v1/event.pb.h"
#include "services/replication/refill.h"
#include "services/restore/plan.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/testing/memory_database.h"

namespace {

using liggare::testing::FuzzInput;
using liggare::testing::MemoryDatabase;
namespace log = liggare::log;
namespace note = liggare::note;
namespace replication = liggare::replication;
namespace restore = liggare::restore;
namespace v1 = liggare::v1;

constexpr char kTrustDomain[] = "liggare.test";
constexpr char kNode[] = "se/17";
constexpr int64_t kNowMs = 1'700'000'000'000;
constexpr int kEntries = 5;

note::SigningKey KeyOf(const std::string& path) {
  std::array<uint8_t, note::kSeedBytes> seed{};
  std::ranges::copy(path, seed.begin());
  return *note::SigningKey::FromSeed(std::string(kTrustDomain) + "/" + path, seed);
}

log::SequencerEnvironment Environment() {
  return {.now_ms = [] { return kNowMs; },
          .random =
              [next = uint8_t{0}](uint8_t* out, size_t n) mutable {
                for (size_t i = 0; i < n; ++i) out[i] = ++next;
              }};
}

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

class NoTimer : public replication::Timer {
 public:
  void After(int64_t, std::function<void()>) override {}
};

// A node in memory, stepped by its owner.
class Holder {
 public:
  explicit Holder(const std::string& path) : key_(KeyOf(path)) {
    log::EventLog::Options options{.trust_domain = kTrustDomain, .path = path};
    options.random = Environment().random;
    log_ = *log::EventLog::Open(database_, std::move(options));
    sequencer_ = std::make_unique<log::Sequencer>(database_, *log_, judge_, key_, Environment());
    keys_ =
        std::make_unique<replication::KeyRegistry>(*log_, KeyOf("se").verifier(), key_.verifier());
    parts_.emplace(replication::ReplicationNode::Parts{.log = *log_,
                                                       .sequencer = *sequencer_,
                                                       .keys = *keys_,
                                                       .workers = workers_,
                                                       .timer = timer_,
                                                       .now_ms = [] { return kNowMs; },
                                                       .random = Environment().random,
                                                       .evidence_directory = ""});
  }

  void Record(v1::EventData event, uint8_t number) {
    event.set_event_id(std::string(15, 'e') + static_cast<char>(number));
    std::vector<log::Submission> submissions(1);
    submissions.front().data = event.SerializeAsString();
    submissions.front().principal = "fuzz";
    sequencer_->Record(std::move(submissions), [](auto) {});
    sequencer_->Step();
  }
  void Enrol(const std::string& path) {
    v1::EventData event;
    event.set_subject("node/" + path);
    event.mutable_node_enrolled()->set_verifier_key(KeyOf(path).verifier().Text());
    event.mutable_node_enrolled()->set_custody(v1::CUSTODY_OWN);
    Record(std::move(event), static_cast<uint8_t>(path.size()));
  }
  void Take(v1::Chunk chunk) {
    replication::ArrivalCheck check(*log_, *sequencer_, *keys_);
    auto verdict = check.Verify(std::move(chunk), kNowMs);
    FUZZ_CHECK(verdict.verified.has_value());
    sequencer_->Store(*std::move(verdict.verified), [](auto, auto) {});
    sequencer_->Step();
  }
  const replication::ReplicationNode::Parts& parts() const { return *parts_; }

 private:
  const note::SigningKey key_;
  MemoryDatabase database_;
  Admitting judge_;
  NoTimer timer_;
  liggare::rpc::WorkerPool workers_{0};
  std::unique_ptr<log::EventLog> log_;
  std::unique_ptr<log::Sequencer> sequencer_;
  std::unique_ptr<replication::KeyRegistry> keys_;
  std::optional<replication::ReplicationNode::Parts> parts_;
};

const replication::SessionEnds kEnds{replication::Side::kParent, "se", kNode};

v1::GetChunkRequest Ask(const std::string& log, restore::LogOrigin::Range range) {
  v1::GetChunkRequest request;
  request.set_log(log);
  request.set_first_index(range.first);
  request.set_end_index(range.end);
  return request;
}

// The nation, which holds what se/17 had.
const Holder& Nation() {
  static const Holder* const nation = [] {
    auto* se = new Holder("se");
    se->Enrol("se");
    se->Enrol(kNode);
    Holder county(kNode);
    v1::EventData event;
    event.set_subject("verksamhet/se/17/varmland");
    event.mutable_verksamhet_registered()->set_namn("PO");
    for (uint8_t i = 0; i < kEntries; ++i) county.Record(event, 100 + i);
    auto chunk = replication::ChunkFor(county.parts(), {replication::Side::kChild, kNode, "se"},
                                       Ask("se/17@1", {0, kEntries}));
    FUZZ_CHECK(chunk.ok());
    se->Take(std::move(*chunk->mutable_chunk()));
    return se;
  }();
  return *nation;
}

class FuzzedPeer : public restore::Peer {
 public:
  explicit FuzzedPeer(FuzzInput& input) : input_(input) {}
  std::string name() const override { return "se"; }
  absl::StatusOr<std::vector<replication::Extent>> Holdings() override {
    const auto ask =
        [this](const v1::GetHoldingsRequest& request) -> absl::StatusOr<v1::GetHoldingsResponse> {
      v1::GetHoldingsResponse answer = *replication::HoldingsFor(Nation().parts(), kEnds, request);
      if (++asked_ > kAskedMax || !Spoil(answer)) return absl::UnavailableError("fuzz");
      return answer;
    };
    auto held = replication::AskForHoldings("se", ask);
    if (!held.ok()) return held.status();
    enrolment_ = std::move(held->enrolment);
    return std::move(held->logs);
  }
  absl::StatusOr<v1::Chunk> ReadChunk(const std::string& log, Range range) override {
    if (++asked_ > kAskedMax) return absl::UnavailableError("asked too often");
    auto answer = replication::ChunkFor(Nation().parts(), kEnds, Ask(log, range));
    if (!answer.ok()) return answer.status();
    if (!Spoil(*answer)) return absl::UnavailableError("fuzz");
    return answer->chunk();
  }
  const v1::EnrolmentChain& enrolment() const override { return enrolment_; }

 private:
  static constexpr int kAskedMax = 100;

  // As the input says: leaves it, changes bytes, or takes the input's own.
  template <typename Message>
  bool Spoil(Message& message) {
    const uint8_t how = input_.Byte();
    if (how % 4 == 0) return true;
    std::string bytes = message.SerializeAsString();
    if (how % 4 == 1) bytes = std::string(input_.Bytes(input_.Byte() * 4));
    for (int i = 0; how % 4 > 1 && i < how / 4 % 8 && !bytes.empty(); ++i) {
      const size_t at = (input_.Byte() << 8 | input_.Byte()) % bytes.size();
      bytes[at] = static_cast<char>(input_.Byte());
    }
    if (how % 4 == 3) bytes.resize(bytes.size() - std::min<size_t>(bytes.size(), input_.Byte()));
    return message.ParseFromString(bytes);
  }

  FuzzInput& input_;
  v1::EnrolmentChain enrolment_;
  int asked_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzInput input(data, size);
  FuzzedPeer peer(input);
  const note::SigningKey key = KeyOf(kNode);
  const note::VerifierKey national = KeyOf("se").verifier();
  const restore::NodeParts node{.path = kNode,
                                .trust_domain = kTrustDomain,
                                .signing_key = key,
                                .national_key = national,
                                .environment = Environment()};
  MemoryDatabase database;
  const auto report =
      restore::Plan(
          {.node = node, .peers = {&peer}, .make_database = [&database] { return &database; }})
          .Run();
  if (!report.ok()) return 0;
  FUZZ_CHECK(report->previous.log.starts_with("se/17@") && report->previous.size <= kEntries);
  FUZZ_CHECK(log::Fsck(database, {}).ok());
  return 0;
}
