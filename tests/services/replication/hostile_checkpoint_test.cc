// Checkpoints as a hostile member makes them, at every door: with as many lines as there
// may be, with lines in others' names, with lines twice. What is stored and passed on has
// what verifies, and nothing else; and one log's damage is that log's alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "eventstore/log/bytes/keys.h"
#include "eventstore/note/reduction.h"
#include "services/replication/chunks/arrival_check.h"
#include "services/replication/chunks/enrolment_chain.h"
#include "tests/services/replication/raw_peer.h"

namespace liggare::replication {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kChild[] = "se/17/a";
constexpr char kLog[] = "se/17/a@1";
constexpr uint64_t kTimeS = kNowMs / 1000;

std::string NameOf(const std::string& path) { return std::string(kTrustDomain) + "/" + path; }

note::Signature LineOf(const std::string& path, size_t bytes = 72) {
  return {.name = NameOf(path),
          .key_id = KeyOf(path).verifier().WithType(note::KeyType::kCosignatureV1).key_id(),
          .signature = std::string(bytes, 'r')};
}

// What a hostile child can make of a note that its key has signed.
std::vector<std::pair<std::string, note::Note>> Attacks(const note::Note& good) {
  std::vector<std::pair<std::string, note::Note>> attacks;
  note::Note own = good;
  while (own.signatures.size() < note::kSignaturesMax) {
    own.signatures.push_back({.name = good.signatures[0].name,
                              .key_id = static_cast<uint32_t>(own.signatures.size()),
                              .signature = "r"});
  }
  attacks.emplace_back("a hundred lines of the log's own name", own);
  note::Note forged = good;
  while (forged.signatures.size() < note::kSignaturesMax) forged.signatures.push_back(LineOf("se"));
  attacks.emplace_back("ninety-nine forged cosignatures", forged);
  note::Note twice = good;
  twice.signatures.push_back(good.signatures[0]);
  attacks.emplace_back("two good lines", twice);
  note::Note before = good;
  before.signatures.insert(before.signatures.begin(), LineOf("se"));
  before.signatures.insert(before.signatures.begin(), LineOf("se/17"));
  before.signatures.insert(before.signatures.begin(), LineOf("se", 1));
  attacks.emplace_back("forged lines of all above, before its own", before);
  note::Note strangers = good;
  for (int i = 0; strangers.signatures.size() < note::kSignaturesMax; ++i) {
    strangers.signatures.push_back(
        note::Cosign(KeyOf("se/17/a/" + std::to_string(i)), good.text, kTimeS));
  }
  attacks.emplace_back("cosignatures by keys that nobody enrolled", strangers);
  return attacks;
}

std::vector<std::string> NamesIn(const std::string& bytes) {
  const auto note = note::ParseNote(bytes);
  EXPECT_TRUE(note.ok()) << note.status();
  std::vector<std::string> names;
  if (!note.ok()) return names;
  for (const note::Signature& line : note->signatures) names.push_back(line.name);
  return names;
}

// A county below the nation, and a child of it that speaks its own program.
class HostileCheckpointTest : public ::testing::Test {
 protected:
  HostileCheckpointTest() : se_(host_, "se"), county_(host_, "se/17") {
    se_.Enrol("se");
    se_.Enrol("se/17");
    se_.Serve();
    county_.Enrol(kChild);
    county_.Enrol("se/17/b");
    county_.Serve();
    county_.Dial(se_);
    EXPECT_TRUE(Eventually([&] { return county_.HoldsAllOf(se_); }));
  }
  std::unique_ptr<RawPeer> Greeted() {
    auto peer = std::make_unique<RawPeer>(kChild, county_.port());
    peer->SendHello(kChild, "se/17");
    EXPECT_TRUE(peer->Await(v1::Frame::kFrontier));
    peer->SendFrontier();
    return peer;
  }
  // One entry of the child's log, with its checkpoint.
  static v1::Frame Chunk() { return ChunkOf(kLog, {EntryOf(kLog, 0, kClock)}, KeyOf(kChild)); }
  static note::Note GoodNote() { return *note::ParseNote(Chunk().chunk().checkpoint()); }
  // That the other child of the county records and is held and cosigned above.
  void ExpectNeighbourIsWell() {
    NodeUnderTest b(host_, "se/17/b");
    b.Record(2);
    b.Dial(county_);
    EXPECT_TRUE(Eventually([&] { return se_.HoldsAllOf(b) && b.IsCosigned(b.own(), "se"); }));
  }
  static std::string StoredAt(const NodeUnderTest& node) {
    const auto latest = node.log->LatestCheckpoint(kLog);
    return latest.ok() ? latest->value_or("") : "";
  }

  TestHost host_;
  NodeUnderTest se_;
  NodeUnderTest county_;
};

TEST_F(HostileCheckpointTest,
       WhatVerifiesOfAChunksCheckpointIsStoredAndTheTrueCosignaturesAfterIt) {
  uint64_t index = 0;
  std::vector<std::string> entries;
  for (size_t attack = 0; attack < Attacks(GoodNote()).size(); ++attack) {
    entries.push_back(EntryOf(kLog, index, kClock + index));
    v1::Frame chunk = ChunkOf(kLog, entries, KeyOf(kChild));
    const auto attacks = Attacks(*note::ParseNote(chunk.chunk().checkpoint()));
    SCOPED_TRACE(attacks[attack].first);
    chunk.mutable_chunk()->set_checkpoint(attacks[attack].second.Encode());
    chunk.mutable_chunk()->mutable_entries()->DeleteSubrange(0, static_cast<int>(index));
    chunk.mutable_chunk()->set_first_index(index++);
    auto peer = Greeted();
    peer->Send(std::move(chunk));
    const auto answer = peer->Await(v1::Frame::kAcknowledged);
    ASSERT_TRUE(answer);
    EXPECT_THAT(NamesIn(answer->acknowledged().cosigned_checkpoint()),
                ElementsAre(NameOf(kChild), NameOf(kLog), NameOf("se/17")));
    EXPECT_TRUE(Eventually([&] { return county_.IsCosigned(kLog, "se"); }));
    EXPECT_THAT(NamesIn(StoredAt(county_)),
                ElementsAre(NameOf(kChild), NameOf(kLog), NameOf("se/17"), NameOf("se")));
    EXPECT_THAT(NamesIn(StoredAt(se_)),
                ElementsAre(NameOf(kChild), NameOf(kLog), NameOf("se/17"), NameOf("se")));
  }
  ExpectNeighbourIsWell();
  EXPECT_TRUE(county_.node->ParentStatus()->problems.empty());
}

// The frames Cosigned and Acknowledged of a hostile parent.
TEST_F(HostileCheckpointTest, WhatVerifiesOfAParentsCosignaturesIsKept) {
  NodeUnderTest child(host_, kChild);
  child.Record(1);
  child.Dial(county_);
  ASSERT_TRUE(Eventually([&] { return child.IsCosigned(kLog, "se"); }));
  ASSERT_TRUE(Eventually([&] { return child.keys->KeyFor("se/17").ok(); }));
  child.HangUp();
  const ArrivalCheck check(*child.log, *child.sequencer, *child.keys);
  const note::Note good = *note::ParseNote(StoredAt(child));
  for (auto& [what, note] : Attacks({good.text, {good.signatures[0]}})) {
    SCOPED_TRACE(what);
    // The parent's own word, last of all.
    if (note.signatures.size() == note::kSignaturesMax) note.signatures.pop_back();
    note.signatures.push_back(note::Cosign(KeyOf("se/17"), note.text, kTimeS));
    auto cosigned = check.CheckCosigned({kLog, note.Encode()}, kNowMs);
    ASSERT_TRUE(cosigned.checkpoint.has_value());
    EXPECT_FALSE(cosigned.conflict.has_value());
    EXPECT_THAT(NamesIn(cosigned.checkpoint->checkpoint.note.Encode()),
                ElementsAre(NameOf(kChild), NameOf("se/17")));
  }
}

TEST_F(HostileCheckpointTest, WhatVerifiesOfAnEnrolmentChainIsKept) {
  county_.Record(1);
  ASSERT_TRUE(Eventually([&] { return county_.IsCosigned("se/17@1", "se"); }));
  NodeUnderTest child(host_, kChild);
  const auto chain = BuildEnrolmentChain(*county_.log, *county_.sequencer, *county_.keys, kChild);
  ASSERT_TRUE(chain.ok()) << chain.status();
  v1::EnrolmentChain hostile = *chain;
  for (v1::ProvenEntry& link : *hostile.mutable_links()) {
    note::Note note = *note::ParseNote(link.checkpoint());
    while (note.signatures.size() < note::kSignaturesMax) note.signatures.push_back(LineOf("se"));
    link.set_checkpoint(note.Encode());
    link.GetReflection()->MutableUnknownFields(&link)->AddLengthDelimited(
        900, std::string(100'000, 'x'));
  }
  std::promise<void> saved;
  child.node->SaveEnrolment(hostile, [&saved] { saved.set_value(); });
  saved.get_future().wait();
  v1::EnrolmentChain kept;
  ASSERT_TRUE(kept.ParseFromString(child.log->SavedNote(kEnrolmentNote)->value()));
  ASSERT_EQ(kept.links_size(), chain->links_size());
  for (int i = 0; i < kept.links_size(); ++i) {
    EXPECT_EQ(kept.links(i).entry(), chain->links(i).entry());
    EXPECT_LE(NamesIn(kept.links(i).checkpoint()).size(), 4u);
    EXPECT_LE(kept.links(i).ByteSizeLong(), chain->links(i).ByteSizeLong());
  }
  EXPECT_EQ(*child.keys->KeyFor("se/17"), KeyOf("se/17").verifier());
}

TEST_F(HostileCheckpointTest, AChainThatSaysLessThanTheKeptOneIsNotKept) {
  const auto chain_now = [&] {
    return *BuildEnrolmentChain(*county_.log, *county_.sequencer, *county_.keys, kChild);
  };
  const v1::EnrolmentChain before = chain_now();
  county_.ChangeKey(kChild, KeyOf(kChild), KeyOf(kChild, 1));
  ASSERT_TRUE(Eventually([&] { return chain_now().links_size() > before.links_size(); }));
  const v1::EnrolmentChain after = chain_now();
  NodeUnderTest child(host_, kChild);
  const auto save = [&](const v1::EnrolmentChain& chain) {
    std::promise<void> saved;
    child.node->SaveEnrolment(chain, [&saved] { saved.set_value(); });
    saved.get_future().wait();
  };
  const auto kept_links = [&] {
    v1::EnrolmentChain kept;
    EXPECT_TRUE(kept.ParseFromString(child.log->SavedNote(kEnrolmentNote)->value()));
    return kept.links_size();
  };
  save(before);
  EXPECT_EQ(kept_links(), before.links_size());
  save(after);
  child.node->SaveEnrolment(before, [] { ADD_FAILURE() << "the shorter chain is kept"; });
  save(after);  // What comes after it is written after it.
  EXPECT_EQ(kept_links(), after.links_size());
}

// A note on the county's disk that can't be read: as left there by what wrote it before.
class UnreadableNoteTest : public HostileCheckpointTest {
 protected:
  UnreadableNoteTest() {
    auto peer = Greeted();
    peer->Send(Chunk());
    EXPECT_TRUE(peer->Await(v1::Frame::kAcknowledged));
    EXPECT_TRUE(Eventually([&] { return se_.IsCosigned(kLog, "se"); }));
  }
  // The child's next entry, which the county takes.
  void SendSecond() {
    auto peer = Greeted();
    v1::Frame next =
        ChunkOf(kLog, {EntryOf(kLog, 0, kClock), EntryOf(kLog, 1, kClock + 1)}, KeyOf(kChild));
    next.mutable_chunk()->mutable_entries()->DeleteSubrange(0, 1);
    next.mutable_chunk()->set_first_index(1);
    peer->Send(std::move(next));
    EXPECT_TRUE(peer->Await(v1::Frame::kAcknowledged));
  }
  static void Damage(NodeUnderTest& node) {
    const auto held = node.log->Find(kLog);
    note::Note note = *note::ParseNote(StoredAt(node));
    while (note.signatures.size() <= note::kSignaturesMax) {
      note.signatures.push_back(LineOf(kChild, 1));
    }
    log::Batch batch;
    batch.Put(log::Family::kMeta, log::keys::CheckpointKey(held->number, held->size),
              note.Encode());
    ASSERT_TRUE(node.database->Write(batch, log::Durability::kSynced).ok());
  }
};

TEST_F(UnreadableNoteTest, StopsThatLogAloneAndHasAnAlarm) {
  county_.HangUp();
  SendSecond();
  Damage(county_);
  county_.Dial(se_);
  county_.Record(1);
  EXPECT_TRUE(Eventually([&] { return se_.HoldsAllOf(county_); }));
  ExpectNeighbourIsWell();
  const std::vector<Alarm> alarms = county_.node->Alarms();
  ASSERT_EQ(alarms.size(), 2u);  // The other: that the session sends nothing of it.
  EXPECT_EQ(alarms[0].log, kLog);
  EXPECT_THAT(alarms[0].message, HasSubstr("se/17/a@1 at 2 can't be read"));
  EXPECT_THAT(alarms[0].message, HasSubstr("fsck --repair"));
  const std::vector<Problem> problems = county_.node->ParentStatus()->problems;
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_THAT(problems[0].text, HasSubstr("se/17/a@1 can't be read"));
  EXPECT_TRUE(se_.node->Alarms().empty());
  EXPECT_EQ(se_.SizeOf(kLog), 1u);
}

// An ancestor that has the checkpoint gives it back.
TEST_F(UnreadableNoteTest, IsHealedByANodeThatHasAGoodOne) {
  Damage(county_);
  county_.HangUp();
  county_.Dial(se_);
  EXPECT_TRUE(Eventually([&] { return county_.IsCosigned(kLog, "se"); }));
  county_.HangUp();
  county_.Dial(se_);
  SendSecond();
  EXPECT_TRUE(Eventually([&] { return se_.SizeOf(kLog) == 2; }));
  EXPECT_TRUE(Eventually([&] { return county_.node->Alarms().empty(); }));
}

// The parent takes what comes next, and that covers what lies there.
TEST_F(UnreadableNoteTest, IsHealedByTheNextCheckpoint) {
  Damage(county_);
  SendSecond();
  county_.HangUp();
  county_.Dial(se_);
  EXPECT_TRUE(Eventually([&] { return se_.SizeOf(kLog) == 2; }));
  EXPECT_TRUE(Eventually([&] { return county_.node->Alarms().empty(); }));
}

// At the nation it may be the county's log, under whose checkpoint the county's children
// are enrolled.
TEST_F(UnreadableNoteTest, HidesNoEnrolment) {
  const auto held = se_.log->Find("se/17@1");
  log::Batch batch;
  const auto latest = se_.log->LatestCheckpoint("se/17@1");
  ASSERT_TRUE(latest.ok() && *latest);
  const uint64_t size = note::ParseCheckpoint(note::ParseNote(**latest)->text)->size;
  batch.Put(log::Family::kMeta, log::keys::CheckpointKey(held->number, size), "no note");
  ASSERT_TRUE(se_.database->Write(batch, log::Durability::kSynced).ok());
  county_.Record(1);
  ASSERT_TRUE(Eventually([&] { return se_.HoldsAllOf(county_); }));
  const auto chain = BuildEnrolmentChain(*se_.log, *se_.sequencer, *se_.keys, kChild);
  EXPECT_TRUE(chain.ok()) << chain.status();
}

}  // namespace
}  // namespace liggare::replication
