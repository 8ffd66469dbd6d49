// That the counties hear of each other's cosignatures of the national log, and what they do
// when these are of another log than theirs.
#include "services/replication/chunks/witnesses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "eventstore/proof/evidence_verification.h"
#include "services/replication/chunks/arrival_check.h"
#include "services/replication/session/limits.h"
#include "spdlog/sinks/ostream_sink.h"
#include "spdlog/spdlog.h"
#include "tests/services/replication/node_under_test.h"
#include "tests/services/replication/raw_peer.h"

namespace liggare::replication {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kNational[] = "se@1";

std::string NameOf(const std::string& path) { return std::string(kTrustDomain) + "/" + path; }

// --- What is kept in mind.

note::ReducedCheckpoint Cosigned(uint64_t size, const std::vector<std::string>& by,
                                 uint64_t time_s = 7) {
  note::Checkpoint checkpoint;
  checkpoint.origin = NameOf(kNational);
  checkpoint.size = size;
  note::ReducedCheckpoint reduced{
      .checkpoint = {checkpoint, note::SignCheckpoint(checkpoint, KeyOf("se"))},
      .key = KeyOf("se").verifier(),
      .cosignatures = {},
      .left_out = {}};
  for (const std::string& path : by) {
    reduced.checkpoint.note.signatures.push_back(
        note::Cosign(KeyOf(path), reduced.checkpoint.note.text, time_s));
    reduced.cosignatures.push_back({NameOf(path), time_s});
  }
  return reduced;
}

std::vector<std::string> SignersOf(const std::string& bytes) {
  std::vector<std::string> names;
  const auto note = note::ParseNote(bytes);
  EXPECT_TRUE(note.ok()) << note.status();
  if (!note.ok()) return names;
  for (const note::Signature& line : note->signatures) names.push_back(line.name);
  return names;
}

TEST(WitnessesTest, TheNewestOfEachIsKeptAndOneNoteForEachSize) {
  Witnesses witnesses;
  EXPECT_THAT(witnesses.Of(kNational), IsEmpty());
  witnesses.Add(kNational, Cosigned(5, {"se/17"}));
  witnesses.Add(kNational, Cosigned(5, {"se/18"}, 8));
  EXPECT_EQ(witnesses.Of(kNational),
            (std::vector<Witness>{{NameOf("se/17"), 5, 7}, {NameOf("se/18"), 5, 8}}));
  auto checkpoints = witnesses.Checkpoints(kNational);
  ASSERT_THAT(checkpoints, SizeIs(1));
  EXPECT_THAT(SignersOf(checkpoints[5]),
              ::testing::UnorderedElementsAre(NameOf("se"), NameOf("se@1"), NameOf("se/17"),
                                              NameOf("se/18")));

  witnesses.Add(kNational, Cosigned(9, {"se/17"}));
  checkpoints = witnesses.Checkpoints(kNational);
  EXPECT_THAT(checkpoints, SizeIs(2));  // se/18's is not forgotten.
  witnesses.Add(kNational, Cosigned(4, {"se/17"}));
  EXPECT_EQ(witnesses.Of(kNational)[0].size, 9u);            // An older one is no news,
  EXPECT_THAT(witnesses.Checkpoints(kNational), SizeIs(2));  // and not kept.
  witnesses.Add(kNational, Cosigned(9, {"se/18"}));
  EXPECT_THAT(witnesses.Checkpoints(kNational), SizeIs(1));
}

TEST(WitnessesTest, ThereIsRoomForSoManyAndThoseThatAreKnownGoOn) {
  Witnesses witnesses;
  for (size_t i = 0; i < kWitnessesMax + 10; ++i) {
    note::ReducedCheckpoint one = Cosigned(i + 1, {});
    one.cosignatures.push_back({NameOf("se/" + std::to_string(i)), 7});
    witnesses.Add(kNational, one);
  }
  EXPECT_THAT(witnesses.Of(kNational), SizeIs(kWitnessesMax));
  EXPECT_THAT(witnesses.Checkpoints(kNational), SizeIs(kWitnessesMax));
  note::ReducedCheckpoint known = Cosigned(10'000, {});
  known.cosignatures.push_back({NameOf("se/0"), 8});
  witnesses.Add(kNational, known);
  EXPECT_EQ(witnesses.Of(kNational)[0].size, 10'000u);
}

// --- Between nodes.

class SplitViewTest : public ::testing::Test {
 protected:
  SplitViewTest() : se_(host_, "se"), county_(host_, "se/17"), other_(host_, "se/18") {
    se_.Enrol("se");
    se_.Enrol("se/17");
    se_.Enrol("se/18");
    se_.Serve();
    county_.Dial(se_);
    EXPECT_TRUE(Eventually([&] { return county_.HoldsAllOf(se_); }));
  }
  // How far a node knows another to have cosigned the national log.
  static uint64_t Knows(const NodeUnderTest& node, const std::string& path) {
    for (const Witness& witness : node.node->witnesses().Of(kNational)) {
      if (witness.name == NameOf(path)) return witness.size;
    }
    return 0;
  }
  // The national log as somebody else was shown it: other entries, the same key.
  note::Note OtherLog(uint64_t size) const {
    merkle::Tree tree;
    std::vector<merkle::FullTile> full;
    for (uint64_t i = 0; i < size; ++i) {
      tree.Append(merkle::LeafHash("another " + std::to_string(i)), full);
    }
    note::Checkpoint checkpoint;
    checkpoint.origin = NameOf(kNational);
    checkpoint.size = size;
    checkpoint.root = tree.Root();
    note::Note note = note::SignCheckpoint(checkpoint, KeyOf("se"));
    note.signatures.push_back(note::Cosign(KeyOf("se/18"), note.text, kNowMs / 1000));
    return note;
  }
  std::string NewestOf(const NodeUnderTest& node) const {
    const auto latest = node.log->LatestCheckpoint(kNational);
    return latest.ok() ? latest->value_or("") : "";
  }
  // What the county says of siblings that it misses.
  std::vector<Alarm> Missed() const {
    std::vector<Alarm> missed;
    for (Alarm& alarm : county_.node->Alarms()) {
      if (alarm.advice == kWitnessAdvice) missed.push_back(std::move(alarm));
    }
    return missed;
  }
  // That the county has frozen the national log, and anyone can verify why.
  void ExpectFrozenWithEvidence() {
    EXPECT_TRUE(Eventually([&] { return county_.log->Find(kNational)->frozen; }));
    ASSERT_THAT(county_.node->Alarms(), SizeIs(1));
    const Alarm alarm = county_.node->Alarms().front();
    EXPECT_EQ(alarm.log, kNational);
    EXPECT_THAT(alarm.message, HasSubstr("signed two roots"));
    std::stringstream text;
    text << std::ifstream(alarm.evidence_file).rdbuf();
    const auto evidence = proof::EvidenceFromJson(text.str());
    ASSERT_TRUE(evidence.ok()) << evidence.status();
    const auto verified = proof::VerifyEvidence(*evidence, KeyOf("se").verifier().Text());
    ASSERT_TRUE(verified.ok()) << verified.status();
    EXPECT_EQ(verified->kind, v1::EVIDENCE_KIND_TWO_ROOTS);
    EXPECT_EQ(verified->path, "se");
  }

  TestHost host_;
  NodeUnderTest se_;
  NodeUnderTest county_;
  NodeUnderTest other_;
};

TEST_F(SplitViewTest, CountiesHearOfEachOthersCosignatures) {
  other_.Dial(se_);
  ASSERT_TRUE(Eventually([&] { return other_.HoldsAllOf(se_); }));
  // Time passes faster here, but not so fast that a session falls silent.
  const auto both_know = [&](uint64_t size) {
    host_.now_ms += 10;
    return Knows(county_, "se/18") >= size && Knows(other_, "se/17") >= size;
  };
  EXPECT_TRUE(Eventually([&] { return both_know(1); }));
  // And of what comes later.
  const uint64_t size = se_.Record(1) + 1;
  EXPECT_TRUE(Eventually([&] { return both_know(size); }));
  EXPECT_THAT(county_.node->Alarms(), IsEmpty());
  EXPECT_FALSE(county_.log->Find(kNational)->frozen);
}

TEST_F(SplitViewTest, ASiblingThatDoesNotCosignIsMissedAfterAWeek) {
  county_.HangUp();
  const int64_t began_ms = host_.now_ms;
  host_.now_ms = began_ms + kWitnessMissingMs - 60'000;
  EXPECT_THAT(Missed(), IsEmpty());
  host_.now_ms = began_ms + kWitnessMissingMs + 60'000;
  ASSERT_THAT(Missed(), SizeIs(1));
  EXPECT_EQ(Missed()[0].log, kNational);
  EXPECT_THAT(Missed()[0].message, HasSubstr("no cosignature by se/18 of"));
  // Until it comes.
  const auto opened = county_.keys->OpenCheckpoint(kNational, NewestOf(county_));
  ASSERT_TRUE(opened.ok()) << opened.status();
  note::ReducedCheckpoint reduced = *opened;
  reduced.checkpoint.checkpoint.size = county_.SizeOf(kNational);
  reduced.cosignatures = {{NameOf("se/18"), 7}};
  county_.node->AddWitnesses(kNational, reduced);
  EXPECT_THAT(Missed(), IsEmpty());
}

TEST_F(SplitViewTest, AClosedSiblingIsNotMissed) {
  se_.CloseNode("se/18", 0);
  ASSERT_TRUE(Eventually([&] { return county_.HoldsAllOf(se_); }));
  county_.HangUp();
  host_.now_ms += 2 * kWitnessMissingMs;
  EXPECT_THAT(Missed(), IsEmpty());
}

TEST_F(SplitViewTest, WhatAnotherCountyWasShownIsEvidence) {
  const auto compared = county_.node->Compare(kNational, OtherLog(2).Encode());
  ASSERT_TRUE(compared.ok()) << compared.status();
  EXPECT_FALSE(compared->evidence.empty());
  ExpectFrozenWithEvidence();
  // What stands beside goes on.
  const uint64_t index = county_.Record(1);
  EXPECT_TRUE(Eventually([&] { return se_.SizeOf("se/17@1") > index; }));
}

TEST_F(SplitViewTest, WhoAsksAgainGetsTheEvidenceAndFillsNoLog) {
  ASSERT_TRUE(county_.node->Compare(kNational, OtherLog(2).Encode()).ok());
  ExpectFrozenWithEvidence();
  county_.HangUp();  // No session speaks meanwhile.
  std::ostringstream said;
  const auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(said);
  spdlog::default_logger()->sinks().push_back(sink);
  for (int i = 0; i < 5; ++i) {
    const auto again = county_.node->Compare(kNational, OtherLog(2).Encode());
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_FALSE(again->evidence.empty());
  }
  spdlog::default_logger()->sinks().pop_back();
  EXPECT_EQ(said.str(), "");
  EXPECT_THAT(county_.node->Alarms(), SizeIs(1));
}

TEST_F(SplitViewTest, WhatIsOfTheSameLogFreezesNothing) {
  other_.Dial(se_);
  ASSERT_TRUE(Eventually([&] { return !NewestOf(other_).empty() && other_.HoldsAllOf(se_); }));
  ASSERT_TRUE(Eventually([&] { return county_.HoldsAllOf(se_); }));
  auto compared = county_.node->Compare(kNational, NewestOf(other_));
  ASSERT_TRUE(compared.ok()) << compared.status();
  EXPECT_TRUE(compared->is_held);
  EXPECT_TRUE(compared->evidence.empty());
  // Of what goes beyond nothing can be said.
  compared = county_.node->Compare(kNational, OtherLog(1'000).Encode());
  ASSERT_TRUE(compared.ok()) << compared.status();
  EXPECT_FALSE(compared->is_held);
  EXPECT_TRUE(compared->evidence.empty());
  // Nor by whom the log is not.
  note::Note forged = OtherLog(2);
  forged.signatures = {note::SignText(KeyOf("se/18"), forged.text)};
  EXPECT_FALSE(county_.node->Compare(kNational, forged.Encode()).ok());
  EXPECT_EQ(ErrorOf(county_.node->Compare("se/99@1", OtherLog(2).Encode()).status()).code(),
            v1::ERROR_CODE_NOT_FOUND);
  EXPECT_FALSE(county_.log->Find(kNational)->frozen);
  EXPECT_THAT(county_.node->Alarms(), IsEmpty());
}

TEST_F(SplitViewTest, TheNationsOwnSecondLogIsKeptAsEvidenceAndStopsNobodyElse) {
  const auto compared = se_.node->Compare(kNational, OtherLog(2).Encode());
  ASSERT_TRUE(compared.ok()) << compared.status();
  EXPECT_FALSE(compared->evidence.empty());
  EXPECT_THAT(se_.node->Alarms(), SizeIs(1));
  EXPECT_FALSE(se_.log->Find(kNational)->frozen);
}

}  // namespace
}  // namespace liggare::replication
