#include "tests/services/state/test_node.h"

#include <array>
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <utility>

#include "eventstore/log/bytes/entry.h"
#include "eventstore/log/read/chunk.h"
#include "eventstore/merkle/hash.h"
#include "eventstore/note/checkpoint.h"
#include "proto/name/log_name.h"
#include "proto/name/node_path.h"
#include "services/domain/fold/erasure.h"
#include "services/domain/law/authority.h"
#include "services/state/concern.h"

namespace liggare::testing {
namespace {

// A test can't go on without what this asks for.
void Require(bool condition, const std::string& what) {
  if (condition) return;
  std::cerr << "TestNode: " << what << std::endl;
  std::abort();
}

template <typename T>
T Require(absl::StatusOr<T> value, const std::string& what) {
  Require(value.ok(), what + ": " + value.status().ToString());
  return *std::move(value);
}

std::string OriginOf(const std::string& log_name) {
  return std::string(kTrustDomain) + "/" + log_name;
}

}  // namespace

note::SigningKey KeyOfNode(std::string_view path) {
  const merkle::Hash hash = merkle::LeafHash(path);
  std::array<uint8_t, note::kSeedBytes> seed;
  std::copy(hash.begin(), hash.end(), seed.begin());
  return Require(
      note::SigningKey::FromSeed(std::string(kTrustDomain) + "/" + std::string(path), seed), "key");
}

std::string NextEventId() {
  static std::atomic<uint64_t> next = 1;
  std::string id(log::kEventIdBytes, '\0');
  uint64_t number = next.fetch_add(1);
  for (size_t i = id.size(); number > 0; number >>= 8) id[--i] = static_cast<char>(number & 0xff);
  return id;
}

// Admits everything; the basis is what is held of the subject.
class TestNode::BasisJudge : public log::Judge {
 public:
  explicit BasisJudge(state::StateReader& states) : states_(states) {}

  absl::StatusOr<std::vector<log::LogIndex>> Admit(const log::DataHeader& header,
                                                   const log::Submission&) override {
    if (claimed) return *std::exchange(claimed, std::nullopt);
    const auto state = states_.StateOf(header.subject);
    if (!state.ok()) return state.status();
    std::vector<log::LogIndex> basis;
    for (const auto& [log, index] : (*state)->positions) basis.push_back({log, index});
    return basis;
  }
  void Accepted(const log::EntryHeader&, std::string_view, const log::Submission&) override {}
  void Stored(const log::Chunk&) override {}
  std::vector<std::string> ErasedBy(std::string_view log, uint32_t type,
                                    std::string_view entry) override {
    return domain::ErasedBy(log, type, entry);
  }
  bool MayWriteAbout(std::string_view log, std::string_view subject) override {
    return domain::MayWriteAbout(name::PathOfLog(log), subject);
  }
  bool SameFields(std::string_view, const std::vector<log::DisclosureText>&,
                  const log::Submission&) override {
    return false;
  }

  std::optional<std::vector<log::LogIndex>> claimed;

 private:
  state::StateReader& states_;
};

TestNode::TestNode(std::string path, ManualClock& clock)
    : TestNode(std::move(path), clock, memory_) {}

TestNode::TestNode(std::string path, ManualClock& clock, log::Database& database)
    : database_(database),
      key_(KeyOfNode(path)),
      log_(Require(log::EventLog::Open(database_, {.trust_domain = std::string(kTrustDomain),
                                                   .path = std::move(path)}),
                   "open")),
      states_(std::make_unique<state::StateReader>(*log_)),
      judge_(std::make_unique<BasisJudge>(*states_)) {
  log::SequencerEnvironment environment;
  environment.now_ms = [&clock] { return clock.now_ms; };
  environment.random = [](uint8_t* out, size_t n) {
    const std::string id = NextEventId();
    for (size_t i = 0; i < n; ++i) out[i] = static_cast<uint8_t>(id[id.size() - 1 - i % id.size()]);
  };
  sequencer_ =
      std::make_unique<log::Sequencer>(database_, *log_, *judge_, key_, std::move(environment));
}

TestNode::~TestNode() = default;

log::Recorded TestNode::Record(v1::EventData event, std::vector<log::DisclosureText> disclosures) {
  if (event.event_id().empty()) event.set_event_id(NextEventId());
  return RecordBytes(event.SerializeAsString(), std::move(disclosures));
}

log::Recorded TestNode::RecordBytes(std::string data,
                                    std::vector<log::DisclosureText> disclosures) {
  std::vector<log::Submission> submissions(1);
  submissions[0].data = std::move(data);
  submissions[0].principal = "spiffe://" + std::string(kTrustDomain) + "/" + path();
  submissions[0].disclosures = std::move(disclosures);
  std::optional<absl::StatusOr<log::Recorded>> answer;
  sequencer_->Record(std::move(submissions),
                     [&](std::vector<absl::StatusOr<log::Recorded>> answers) {
                       answer = std::move(answers.at(0));
                     });
  while (!answer && sequencer_->Step()) {
  }
  Require(answer.has_value(), "no answer to Record");
  return Require(*std::move(answer), "Record");
}

void TestNode::ClaimBasis(std::vector<log::LogIndex> basis) { judge_->claimed = std::move(basis); }

std::string TestNode::Receive(TestNode& source, const std::string& log_name, uint64_t end) {
  const auto at_source = source.log().Find(log_name);
  Require(at_source.has_value(), "the source does not hold " + log_name);
  end = std::min(end, at_source->size);
  const auto held = log_->Find(log_name);
  if (held && held->size >= end) return "";
  std::optional<absl::Status> answer;
  std::string cosigned;
  sequencer_->Store(ReadChunk(source, log_name, end),
                    [&](absl::Status status, const log::Sequencer::StoreResult& result) {
                      answer = std::move(status);
                      cosigned = result.cosigned_checkpoint;
                    });
  while (!answer && sequencer_->Step()) {
  }
  Require(answer && answer->ok(), "Store: " + (answer ? answer->ToString() : "no answer"));
  return cosigned;
}

log::VerifiedChunk TestNode::ReadChunk(TestNode& source, const std::string& log_name,
                                       uint64_t end) {
  const auto held = log_->Find(log_name);
  log::Chunk chunk;
  chunk.log = log_name;
  chunk.first_index = held ? held->size : 0;
  chunk.entries = Require(source.log().ReadRange(log_name, chunk.first_index,
                                                 {.end_index = end, .bytes_max = SIZE_MAX}),
                          "ReadRange")
                      .entries;
  if (log_name == source.log().own_log()) {
    chunk.checkpoint =
        Require(source.sequencer().OwnCheckpoint(end), "OwnCheckpoint").note.Encode();
  } else {
    const auto stored = Require(source.log().CheckpointAtOrAfter(log_name, end), "checkpoint");
    Require(stored.has_value(), "no checkpoint of " + log_name);
    chunk.checkpoint = *stored;
  }
  const note::SigningKey log_key = KeyOfNode(log_name.substr(0, log_name.rfind('@')));
  const auto checkpoint = Require(
      note::OpenCheckpoint(chunk.checkpoint, OriginOf(log_name), log_key.verifier()), "checkpoint");
  chunk.consistency_proof =
      Require(source.log().ConsistencyProof(log_name, end, checkpoint.checkpoint.size), "proof");
  chunk.disclosures =
      Require(source.log().DisclosuresOf(log_name, chunk.first_index, end), "disclosures");
  chunk.in_part = name::IsHeldInPart(path(), log_name.substr(0, log_name.rfind('@')));
  for (std::string& entry : chunk.entries) {
    if (!chunk.in_part || Require(state::IsShown(source.log(), path(), entry), "concern")) {
      continue;
    }
    entry = std::string(merkle::HashBytes(merkle::LeafHash(entry)));
  }
  log::ChunkVerdict verdict =
      log::VerifyChunk(std::move(chunk), log_->TreeOf(log_name), held ? held->last_clock : 0,
                       kTrustDomain, log_key.verifier());
  Require(verdict.status.ok(), "VerifyChunk: " + verdict.status.ToString());
  return std::move(verdict.verified);
}

}  // namespace liggare::testing
