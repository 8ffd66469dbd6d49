// What a hostile origin gives to a restore is reduced to what verifies before it is
// written, like anything else that arrives.
#include "services/restore/restored_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "eventstore/note/checkpoint.h"
#include "eventstore/note/reduction.h"
#include "liggare/v1/event.pb.h"
#include "services/replication/chunks/enrolment_chain.h"
#include "tests/testing/memory_database.h"

namespace liggare::restore {
namespace {

using ::testing::HasSubstr;

constexpr char kTrustDomain[] = "liggare.test";
constexpr char kPath[] = "se/17/a";
constexpr char kLog[] = "se/17/a@1";
constexpr int64_t kNowMs = 1'750'000'000'000;

note::SigningKey KeyOf(const std::string& path) {
  std::array<uint8_t, note::kSeedBytes> seed = {};
  std::copy_n(path.begin(), std::min(path.size(), seed.size()), seed.begin());
  return *note::SigningKey::FromSeed(std::string(kTrustDomain) + "/" + path, seed);
}

// Entry `index` of the log.
std::string EntryOf(const std::string& log, uint64_t index, const v1::EventData& payload) {
  v1::EventData data = payload;
  data.set_event_id(std::string(15, 'i') + static_cast<char>(index));
  v1::Event event;
  event.set_format_version(1);
  event.set_log(log);
  event.set_index(index);
  event.set_clock((static_cast<uint64_t>(kNowMs) << 16) + index);
  event.set_recorded_at_ms(kNowMs);
  event.set_principal(log.substr(0, log.rfind('@')));
  event.set_data(data.SerializeAsString());
  return event.SerializeAsString();
}

v1::EventData Registered() {
  v1::EventData data;
  data.set_subject("verksamhet/se/17/a");
  data.mutable_verksamhet_registered();
  return data;
}

v1::EventData Enrolled(const std::string& path) {
  v1::EventData data;
  data.set_subject("node/" + path);
  data.mutable_node_enrolled()->set_verifier_key(KeyOf(path).verifier().Text());
  return data;
}

// A log of one entry under a checkpoint with a hundred lines, one of which is good.
struct OneEntry {
  std::string entry;
  std::string checkpoint;
};
OneEntry Hostile(const std::string& log, const v1::EventData& payload,
                 const note::SigningKey& key) {
  OneEntry one = {EntryOf(log, 0, payload), ""};
  const note::Checkpoint checkpoint{std::string(kTrustDomain) + "/" + log, 1,
                                    merkle::LeafHash(one.entry)};
  note::Note note = note::SignCheckpoint(checkpoint, key);
  while (note.signatures.size() < note::kSignaturesMax) {
    note.signatures.push_back({.name = key.verifier().name(),
                               .key_id = static_cast<uint32_t>(note.signatures.size()),
                               .signature = "r"});
  }
  one.checkpoint = note.Encode();
  return one;
}

// Gives one entry, under a note as hostile as it may be.
class HostileOrigin : public LogOrigin {
 public:
  std::string name() const override { return "se/17"; }
  absl::StatusOr<std::vector<replication::Extent>> Holdings() override {
    return absl::UnimplementedError("not asked");
  }
  absl::StatusOr<v1::Chunk> ReadChunk(const std::string& log, Range) override {
    const OneEntry one = Hostile(log, Registered(), KeyOf(kPath));
    v1::Chunk chunk;
    chunk.set_log(log);
    chunk.add_entries(one.entry);
    chunk.set_checkpoint(one.checkpoint);
    return chunk;
  }
};

class RestoredLogTest : public ::testing::Test {
 protected:
  RestoredLogTest() {
    auto opened = RestoredLog::Open(database_, 2, parts_);
    EXPECT_TRUE(opened.ok()) << opened.status();
    restored_ = *std::move(opened);
  }
  static v1::EnrolmentChain Chain() {
    v1::EnrolmentChain chain;
    for (const auto& [log, child, key] :
         {std::tuple{"se@1", "se/17", "se"}, std::tuple{"se/17@1", "se/17/a", "se/17"}}) {
      const OneEntry one = Hostile(log, Enrolled(child), KeyOf(key));
      v1::ProvenEntry& link = *chain.add_links();
      link.set_entry(one.entry);
      link.set_checkpoint(one.checkpoint);
    }
    return chain;
  }
  // The county's link, and two entries of the county's log beside each other.
  static v1::EnrolmentChain ChainAnd(const v1::EventData& first, const v1::EventData& second) {
    v1::EnrolmentChain chain = Chain();
    const std::vector<std::string> entries = {EntryOf("se/17@1", 0, first),
                                              EntryOf("se/17@1", 1, second)};
    const merkle::Hash root =
        merkle::NodeHash(merkle::LeafHash(entries[0]), merkle::LeafHash(entries[1]));
    const note::Checkpoint checkpoint{std::string(kTrustDomain) + "/se/17@1", 2, root};
    chain.mutable_links()->RemoveLast();
    const bool is_about_keys[] = {true, second.has_node_closed() || second.has_node_key_revoked()};
    for (size_t i = 0; i < entries.size(); ++i) {
      if (!is_about_keys[i]) continue;
      v1::ProvenEntry& link = *chain.add_links();
      link.set_entry(entries[i]);
      link.add_inclusion_proof(std::string(merkle::HashBytes(merkle::LeafHash(entries[1 - i]))));
      link.set_checkpoint(note::SignCheckpoint(checkpoint, KeyOf("se/17")).Encode());
    }
    return chain;
  }
  static size_t LinesIn(const std::string& bytes) {
    const auto note = note::ParseNote(bytes);
    EXPECT_TRUE(note.ok()) << note.status();
    return note.ok() ? note->signatures.size() : 0;
  }

  testing::MemoryDatabase database_;
  const note::SigningKey key_ = KeyOf(kPath);
  const note::VerifierKey national_ = KeyOf("se").verifier();
  const NodeParts parts_ = {
      .path = kPath,
      .trust_domain = kTrustDomain,
      .signing_key = key_,
      .national_key = national_,
      .environment = {[] { return kNowMs; },
                      [](uint8_t* out, size_t n) { std::fill_n(out, n, 7); }}};
  std::unique_ptr<RestoredLog> restored_;
};

TEST_F(RestoredLogTest, OfACheckpointOnlyWhatVerifiesComesBack) {
  HostileOrigin origin;
  const auto size = restored_->Take(origin, kLog, 1);
  ASSERT_TRUE(size.ok()) << size.status();
  const auto stored = restored_->log().LatestCheckpoint(kLog);
  ASSERT_TRUE(stored.ok() && *stored);
  EXPECT_EQ(LinesIn(**stored), 2u);
}

TEST_F(RestoredLogTest, OfAnEnrolmentChainOnlyWhatVerifiesIsKept) {
  ASSERT_EQ(restored_->TakeEnrolment(Chain()), absl::OkStatus());
  v1::EnrolmentChain kept;
  ASSERT_TRUE(
      kept.ParseFromString(restored_->log().SavedNote(replication::kEnrolmentNote)->value_or("")));
  ASSERT_EQ(kept.links_size(), 2);
  for (const v1::ProvenEntry& link : kept.links()) EXPECT_EQ(LinesIn(link.checkpoint()), 2u);
  EXPECT_EQ(restored_->CheckOwnKey(), absl::OkStatus());
}

// It would open an epoch that nobody takes.
TEST_F(RestoredLogTest, AClosedNodeIsOpenedBeforeItIsRestored) {
  v1::EventData closed;
  closed.set_subject("node/se/17/a");
  closed.mutable_node_closed()->set_size(1);
  ASSERT_EQ(restored_->TakeEnrolment(ChainAnd(Enrolled("se/17/a"), closed)), absl::OkStatus());
  const absl::Status refused = restored_->CheckOwnKey();
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(std::string(refused.message()), HasSubstr("se/17/a was closed by se/17"));
}

TEST_F(RestoredLogTest, ARevokedKeyRestoresNothing) {
  v1::EventData revoked;
  revoked.set_subject("node/se/17/a");
  revoked.mutable_node_key_revoked()->set_verifier_key(key_.verifier().Text());
  revoked.mutable_node_key_revoked()->set_log(kLog);
  revoked.mutable_node_key_revoked()->set_size(1);
  ASSERT_EQ(restored_->TakeEnrolment(ChainAnd(Enrolled("se/17/a"), revoked)), absl::OkStatus());
  const absl::Status refused = restored_->CheckOwnKey();
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(std::string(refused.message()), HasSubstr("is revoked"));
}

TEST_F(RestoredLogTest, AKeyThatDoesNotEnrolTheNodeRestoresNothing) {
  const auto another = note::SigningKey::FromSeed(std::string(kTrustDomain) + "/" + kPath, {1, 2});
  ASSERT_TRUE(another.ok());
  v1::EventData enrolled;
  enrolled.set_subject("node/se/17/a");
  enrolled.mutable_node_enrolled()->set_verifier_key(another->verifier().Text());
  ASSERT_EQ(restored_->TakeEnrolment(ChainAnd(enrolled, Registered())), absl::OkStatus());
  const absl::Status refused = restored_->CheckOwnKey();
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(std::string(refused.message()), HasSubstr("is not the one that enrols se/17/a"));
}

}  // namespace
}  // namespace liggare::restore
