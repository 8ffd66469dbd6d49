// A peer that a node is restored from, which answers with anything: true answers with
// changed bytes, or bytes of its own. Whatever the restore then takes is whole, and it
// continues what the node's key has signed.
#include <algorithm>

#include "eventstore/log/care/fsck.h"
#include "services/replication/drive/refill.h"
#include "services/restore/plan.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/node_in_memory.h"
#include "tests/fuzz/spoil.h"

namespace {

using liggare::testing::FuzzInput;
using liggare::testing::FuzzKeyOf;
using liggare::testing::kFuzzTrustDomain;
using liggare::testing::MemoryDatabase;
using liggare::testing::NodeInMemory;
namespace log = liggare::log;
namespace note = liggare::note;
namespace replication = liggare::replication;
namespace restore = liggare::restore;
namespace v1 = liggare::v1;

constexpr char kNode[] = "se/17";
constexpr int kEntries = 5;

const replication::SessionEnds kEnds{replication::Side::kParent, "se", kNode};

v1::GetChunkRequest Ask(const std::string& log, restore::LogOrigin::Range range) {
  v1::GetChunkRequest request;
  request.set_log(log);
  request.set_first_index(range.first);
  request.set_end_index(range.end);
  return request;
}

// The nation, which holds what se/17 had.
const NodeInMemory& Nation() {
  static const NodeInMemory* const nation = [] {
    auto* se = new NodeInMemory("se");
    FUZZ_CHECK(se->Enrol("se").ok() && se->Enrol(kNode).ok());
    NodeInMemory county(kNode);
    v1::EventData event;
    event.set_subject("verksamhet/se/17/varmland");
    event.mutable_verksamhet_registered()->set_namn("PO");
    for (int i = 0; i < kEntries; ++i) FUZZ_CHECK(county.Record(event).ok());
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
      if (++asked_ > kAskedMax || !Spoil(input_, answer)) return absl::UnavailableError("fuzz");
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
    if (!Spoil(input_, *answer)) return absl::UnavailableError("fuzz");
    return answer->chunk();
  }
  const v1::EnrolmentChain& enrolment() const override { return enrolment_; }

 private:
  static constexpr int kAskedMax = 100;

  FuzzInput& input_;
  v1::EnrolmentChain enrolment_;
  int asked_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzInput input(data, size);
  FuzzedPeer peer(input);
  const note::SigningKey key = FuzzKeyOf(kNode);
  const note::VerifierKey national = FuzzKeyOf("se").verifier();
  const restore::NodeParts node{.path = kNode,
                                .trust_domain = kFuzzTrustDomain,
                                .signing_key = key,
                                .national_key = national,
                                .environment = liggare::testing::FuzzEnvironment()};
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
