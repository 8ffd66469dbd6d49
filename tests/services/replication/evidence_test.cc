// Each kind of evidence, as a node writes it of a child that lies, and as anyone can
// verify it with the national key.
#include "services/replication/chunks/evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "clients/cli/commands/commands.h"
#include "eventstore/proof/evidence_verification.h"
#include "tests/services/replication/raw_peer.h"
#include "tests/testing/open_umask.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::replication {
namespace {

using ::testing::HasSubstr;

constexpr char kLog[] = "se/17@1";

class EvidenceTest : public ::testing::Test {
 protected:
  EvidenceTest() : se_(host_, "se") {
    se_.Enrol("se");
    se_.Enrol("se/17");
    se_.Serve();
    peer_ = std::make_unique<RawPeer>("se/17", se_.port());
    peer_->SendHello("se/17", "se");
    EXPECT_TRUE(peer_->Await(v1::Frame::kFrontier));
    peer_->SendFrontier();
  }

  // The child sends entries, and gets an answer of this kind.
  v1::Frame Send(v1::Frame frame, v1::Frame::KindCase answer) {
    peer_->Send(std::move(frame));
    std::optional<v1::Frame> got = peer_->Await(answer);
    EXPECT_TRUE(got);
    return got ? *got : v1::Frame();
  }
  v1::Frame SendEntries(const std::string& log, const std::vector<std::string>& entries,
                        v1::Frame::KindCase answer) {
    return Send(ChunkOf(log, entries, KeyOf("se/17")), answer);
  }

  v1::Evidence AwaitEvidence() {
    EXPECT_TRUE(Eventually([&] { return !se_.node->Alarms().empty(); }));
    const Alarm alarm = se_.node->Alarms().front();
    EXPECT_EQ(alarm.log, kLog);
    // It holds entries: nobody else may read it.
    EXPECT_EQ(testing::ModeOf(alarm.evidence_file), 0600u);
    EXPECT_EQ(testing::ModeOf(std::filesystem::path(alarm.evidence_file).parent_path().string()),
              0700u);
    std::stringstream text;
    text << std::ifstream(alarm.evidence_file).rdbuf();
    const auto evidence = proof::EvidenceFromJson(text.str());
    EXPECT_TRUE(evidence.ok()) << evidence.status().message();
    return evidence.ok() ? *evidence : v1::Evidence();
  }
  static absl::StatusOr<proof::VerifiedEvidence> Verify(const v1::Evidence& evidence) {
    return proof::VerifyEvidence(evidence, KeyOf("se").verifier().Text());
  }
  // That the evidence no longer holds when it has been changed so; where, if that is said.
  static void ExpectRefused(v1::Evidence evidence, const std::string& what,
                            const std::function<void(v1::Evidence&)>& change,
                            const std::string& field = "") {
    change(evidence);
    const auto verified = Verify(evidence);
    ASSERT_FALSE(verified.ok()) << what;
    if (!field.empty()) {
      EXPECT_EQ(ErrorOf(verified.status()).field(), field) << what;
    }
  }

  const testing::OpenUmask umask_;
  TestHost host_;
  NodeUnderTest se_;
  std::unique_ptr<RawPeer> peer_;
};

TEST(EvidenceFilesTest, FilesAgainstOneLogAreBounded) {
  const testing::ScratchDirectory directory;
  const std::string evidence = directory / "evidence";
  for (int i = 0; i < kEvidenceFilesMax; ++i) {
    EXPECT_EQ(WriteEvidence(evidence, kLog, "{}").status(), absl::OkStatus()) << i;
  }
  const absl::Status above = WriteEvidence(evidence, kLog, "{}").status();
  EXPECT_TRUE(absl::IsResourceExhausted(above)) << above;
  EXPECT_EQ(ReadAlarms(evidence).size(), static_cast<size_t>(kEvidenceFilesMax));
  EXPECT_EQ(WriteEvidence(evidence, "se/18@1", "{}").status(), absl::OkStatus());
}

TEST(EvidenceFilesTest, LogsOfOneVerksamhetShareTheirFilesAndLeaveThoseOfOthers) {
  const testing::ScratchDirectory directory;
  const std::string evidence = directory / "evidence";
  for (int i = 0; i < kEvidenceFilesMax; ++i) {
    const std::string log = "se/17/evil/n" + std::to_string(i) + "@1";
    EXPECT_EQ(WriteEvidence(evidence, log, "{}").status(), absl::OkStatus()) << i;
  }
  for (const char* log : {"se/17/evil/x@1", "se/17/evil@2", "se/17/evil/n0@1"}) {
    EXPECT_TRUE(absl::IsResourceExhausted(WriteEvidence(evidence, log, "{}").status())) << log;
  }
  for (const char* log : {"se/17@1", "se/17/evil-not@1", "se/17/b/n0@1", "se@1"}) {
    EXPECT_EQ(WriteEvidence(evidence, log, "{}").status(), absl::OkStatus()) << log;
  }
}

TEST_F(EvidenceTest, TwoRootsWithTheTwoEntries) {
  const std::string same = EntryOf(kLog, 0, kClock);
  SendEntries(kLog, {same, EntryOf(kLog, 1, kClock + 1)}, v1::Frame::kAcknowledged);
  SendEntries(kLog, {same, EntryOf(kLog, 1, kClock + 2)}, v1::Frame::kExpected);
  const v1::Evidence evidence = AwaitEvidence();
  const auto verified = Verify(evidence);
  ASSERT_TRUE(verified.ok()) << verified.status().message();
  EXPECT_EQ(verified->kind, v1::EVIDENCE_KIND_TWO_ROOTS);
  EXPECT_EQ(verified->size, 2u);
  EXPECT_EQ(verified->index, 1u);
  EXPECT_EQ(evidence.held_entry().entry(), EntryOf(kLog, 1, kClock + 1));
  EXPECT_EQ(evidence.claimed_entry().entry(), EntryOf(kLog, 1, kClock + 2));
  ExpectRefused(evidence, "another index", [](auto& e) { e.set_index(0); });
  ExpectRefused(evidence, "one entry twice",
                [](auto& e) { *e.mutable_claimed_entry() = e.held_entry(); });
  ExpectRefused(evidence, "a changed entry",
                [](auto& e) { e.mutable_claimed_entry()->mutable_entry()->back() ^= 1; });
  ExpectRefused(evidence, "one entry alone", [](auto& e) { e.clear_claimed_entry(); });
  ExpectRefused(evidence, "another kind",
                [](auto& e) { e.set_kind(v1::EVIDENCE_KIND_ENDED_EPOCH); });
}

// The exit codes of docs/operations.md: 0 it is proven, 3 the file proves nothing.
TEST_F(EvidenceTest, TheCommandLineSaysByItsExitCodeWhetherEvidenceHolds) {
  SendEntries(kLog, {EntryOf("se/18@1", 0, kClock)}, v1::Frame::kExpected);
  v1::Evidence evidence = AwaitEvidence();
  const std::string file = se_.node->Alarms().front().evidence_file;
  const auto code_of = [](const std::string& path, const std::string& trust) {
    const std::vector<const char*> argv = {"liggare", "verify", "--trust", trust.c_str(),
                                           path.c_str()};
    std::ostringstream out, err;
    cli::Shell shell(out, err);
    return cli::RunCommandLine(static_cast<int>(argv.size()), argv.data(), shell);
  };
  const std::string trust = KeyOf("se").verifier().Text();
  EXPECT_EQ(code_of(file, trust), cli::kDone);
  EXPECT_EQ(code_of(file, KeyOf("se", 1).verifier().Text()), cli::kVerificationFailed);
  EXPECT_EQ(code_of(file, KeyOf("se/17").verifier().Text()), cli::kFailed);
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  std::string changed = text.str();
  const size_t at = changed.find("\"entries\"");
  ASSERT_NE(at, std::string::npos);
  char& letter = changed[changed.find('"', changed.find('[', at)) + 9];
  letter = letter == 'A' ? 'B' : 'A';
  testing::ScratchDirectory scratch;
  EXPECT_EQ(code_of(scratch.Write("changed.json", changed), trust), cli::kVerificationFailed);
  EXPECT_EQ(code_of(scratch / "none.json", trust), cli::kFailed);
}

// Each step of the verification, and what it alone refuses.
TEST_F(EvidenceTest, EveryStepOfTwoRootsRefusesWhatItIsFor) {
  const std::string same = EntryOf(kLog, 0, kClock);
  SendEntries(kLog, {same, EntryOf(kLog, 1, kClock + 1)}, v1::Frame::kAcknowledged);
  SendEntries(kLog, {same, EntryOf(kLog, 1, kClock + 2)}, v1::Frame::kExpected);
  const v1::Evidence evidence = AwaitEvidence();
  ASSERT_TRUE(Verify(evidence).ok());
  const auto flip = [](std::string& bytes) { bytes.back() = static_cast<char>(bytes.back() ^ 1); };
  const auto without_entries = [](v1::Evidence& e) {
    e.clear_held_entry();
    e.clear_claimed_entry();
  };
  ExpectRefused(
      evidence, "another version", [](auto& e) { e.set_evidence_version(2); }, "evidence_version");
  ExpectRefused(
      evidence, "no log", [](auto& e) { e.clear_log(); }, "log");
  ExpectRefused(
      evidence, "nobody enrolled", [](auto& e) { e.clear_enrolment(); }, "enrolment.links");
  ExpectRefused(
      evidence, "no kind", [](auto& e) { e.clear_kind(); }, "kind");
  ExpectRefused(
      evidence, "a state of another log",
      [](auto& e) { e.mutable_held()->mutable_state()->set_log("se/18@1"); }, "held.state");
  ExpectRefused(
      evidence, "a claim about another log",
      [](auto& e) { e.mutable_claimed()->mutable_state()->set_log("se/18@1"); }, "claimed.state");
  ExpectRefused(
      evidence, "a short root",
      [](auto& e) { e.mutable_claimed()->mutable_state()->mutable_root()->pop_back(); },
      "claimed.state");
  ExpectRefused(
      evidence, "another root",
      [&](auto& e) { flip(*e.mutable_claimed()->mutable_state()->mutable_root()); },
      "claimed.consistency_proof");
  ExpectRefused(
      evidence, "no checkpoint", [](auto& e) { e.mutable_held()->clear_checkpoint(); },
      "held.checkpoint");
  ExpectRefused(
      evidence, "a checkpoint of a key that is not the log's",
      [&](auto& e) {
        e.mutable_claimed()->set_checkpoint(
            ChunkOf(kLog, {same, EntryOf(kLog, 1, kClock + 2)}, KeyOf("se/18"))
                .chunk()
                .checkpoint());
      },
      "claimed.checkpoint");
  ExpectRefused(
      evidence, "one root twice",
      [&](auto& e) {
        without_entries(e);
        *e.mutable_claimed() = e.held();
      },
      "claimed.state");
  ExpectRefused(
      evidence, "two sizes",
      [&](auto& e) {
        without_entries(e);
        v1::LogProof& claimed = *e.mutable_claimed();
        claimed.clear_consistency_proof();
        claimed.mutable_state()->set_size(1);
        claimed.mutable_state()->set_root(std::string(merkle::HashBytes(merkle::LeafHash(same))));
        claimed.set_checkpoint(ChunkOf(kLog, {same}, KeyOf("se/17")).chunk().checkpoint());
      },
      "claimed.state");
  ExpectRefused(
      evidence, "another index", [](auto& e) { e.set_index(0); }, "held_entry.entry");
  ExpectRefused(
      evidence, "a changed entry",
      [](auto& e) { e.mutable_claimed_entry()->set_entry(EntryOf(kLog, 1, kClock + 3)); },
      "claimed_entry.inclusion_proof");
  ExpectRefused(
      evidence, "one entry twice", [](auto& e) { *e.mutable_claimed_entry() = e.held_entry(); },
      "claimed_entry.entry");
}

TEST_F(EvidenceTest, EntryOfAnotherLog) {
  SendEntries(kLog, {EntryOf("se/18@1", 0, kClock)}, v1::Frame::kExpected);
  const v1::Evidence evidence = AwaitEvidence();
  const auto verified = Verify(evidence);
  ASSERT_TRUE(verified.ok()) << verified.status().message();
  EXPECT_EQ(verified->kind, v1::EVIDENCE_KIND_IMPOSSIBLE_ENTRY);
  EXPECT_EQ(verified->index, 0u);
  EXPECT_THAT(verified->what, HasSubstr("names the log se/18@1"));
  ExpectRefused(evidence, "a good entry",
                [](auto& e) { e.set_entries(0, EntryOf(kLog, 0, kClock)); });
}

// The hash of an entry can be had by anyone who is shown a part of the log. It must not
// convict the log's writer of an entry that does not parse.
TEST_F(EvidenceTest, AWithheldEntryAccusesNobody) {
  const std::vector<std::string> entries = {EntryOf(kLog, 0, kClock),
                                            EntryOf("se/18@1", 1, kClock)};
  SendEntries(kLog, entries, v1::Frame::kExpected);
  v1::Evidence evidence = AwaitEvidence();
  EXPECT_EQ(Verify(evidence)->index, 1u);
  const auto withhold = [](int i) {
    return [i](v1::Evidence& e) {
      e.set_entries(i, std::string(merkle::HashBytes(merkle::LeafHash(e.entries(i)))));
    };
  };
  withhold(0)(evidence);
  EXPECT_EQ(Verify(evidence)->index, 1u);
  ExpectRefused(evidence, "the bad entry withheld", withhold(1));
}

TEST_F(EvidenceTest, EntryThatGoesBackInTimeAfterOneThatIsHeld) {
  std::vector<std::string> entries;
  for (uint64_t i = 0; i < 5; ++i) entries.push_back(EntryOf(kLog, i, kClock + i));
  SendEntries(kLog, entries, v1::Frame::kAcknowledged);
  entries.push_back(EntryOf(kLog, 5, kClock + 2));
  v1::Frame chunk = ChunkOf(kLog, entries, KeyOf("se/17"));
  chunk.mutable_chunk()->set_first_index(5);
  chunk.mutable_chunk()->mutable_entries()->DeleteSubrange(0, 5);
  Send(std::move(chunk), v1::Frame::kExpected);
  const v1::Evidence evidence = AwaitEvidence();
  const auto verified = Verify(evidence);
  ASSERT_TRUE(verified.ok()) << verified.status().message();
  EXPECT_EQ(verified->index, 5u);
  EXPECT_THAT(verified->what, HasSubstr("goes back in time"));
  ExpectRefused(evidence, "without the entry before", [](auto& e) { e.clear_previous_entry(); });
  ExpectRefused(evidence, "another tree before",
                [](auto& e) { e.mutable_open_tiles(0)->mutable_hashes(0)->front() ^= 1; });
  ExpectRefused(
      evidence, "a tree of another size",
      [](auto& e) { e.mutable_open_tiles(0)->mutable_hashes()->RemoveLast(); }, "open_tiles");
  ExpectRefused(
      evidence, "more hashes than a tile has",
      [](auto& e) {
        while (e.open_tiles(0).hashes_size() < static_cast<int>(merkle::kTileHashes)) {
          e.mutable_open_tiles(0)->add_hashes(std::string(32, 'h'));
        }
      },
      "open_tiles[0]");
  ExpectRefused(
      evidence, "a short hash",
      [](auto& e) { e.mutable_open_tiles(0)->mutable_hashes(0)->pop_back(); }, "open_tiles[0]");
  ExpectRefused(
      evidence, "another entry before",
      [](auto& e) { e.mutable_previous_entry()->mutable_entry()->back() ^= 1; },
      "previous_entry.inclusion_proof");
  ExpectRefused(
      evidence, "entries that were not signed for",
      [](auto& e) { e.add_entries(EntryOf(kLog, 6, kClock + 9)); }, "entries");
}

TEST_F(EvidenceTest, LogThatGoesOnAfterItsEpochHasEnded) {
  const std::string first = EntryOf(kLog, 0, kClock);
  const v1::Frame held = SendEntries(kLog, {first}, v1::Frame::kAcknowledged);
  v1::EntryData data;
  data.set_event_id(std::string(16, 'e'));
  data.set_subject("node/se/17");
  *data.mutable_epoch_opened()->mutable_previous() = held.acknowledged().state();
  v1::Event opened;
  opened.set_format_version(1);
  opened.set_log("se/17@2");
  opened.set_clock(kClock + 1);
  opened.set_data(data.SerializeAsString());
  SendEntries("se/17@2", {opened.SerializeAsString()}, v1::Frame::kAcknowledged);
  v1::Frame chunk = ChunkOf(kLog, {first, EntryOf(kLog, 1, kClock + 9)}, KeyOf("se/17"));
  chunk.mutable_chunk()->set_first_index(1);
  chunk.mutable_chunk()->mutable_entries()->DeleteSubrange(0, 1);
  const v1::Frame refused = Send(std::move(chunk), v1::Frame::kExpected);
  EXPECT_EQ(refused.expected().refusal().code(), v1::ERROR_CODE_FORKED);
  const v1::Evidence evidence = AwaitEvidence();
  const auto verified = Verify(evidence);
  ASSERT_TRUE(verified.ok()) << verified.status().message();
  EXPECT_EQ(verified->kind, v1::EVIDENCE_KIND_ENDED_EPOCH);
  EXPECT_EQ(verified->index, 1u);
  EXPECT_EQ(se_.SizeOf(kLog), 1u);
  EXPECT_EQ(se_.SizeOf("se/17@2"), 1u);
  EXPECT_FALSE(se_.log->Find("se/17@2")->frozen);
  ExpectRefused(evidence, "no end", [](auto& e) { e.clear_epoch_opened(); });
  ExpectRefused(
      evidence, "the end of another log",
      [](auto& e) {
        e.set_log("se/17@2");
        e.mutable_claimed()->mutable_state()->set_log("se/17@2");
      },
      "epoch_opened.entry");
  ExpectRefused(
      evidence, "what does not go beyond the end",
      [&](auto& e) {
        v1::LogProof& claimed = *e.mutable_claimed();
        claimed.clear_consistency_proof();
        *claimed.mutable_state() = held.acknowledged().state();
        claimed.set_checkpoint(ChunkOf(kLog, {first}, KeyOf("se/17")).chunk().checkpoint());
      },
      "claimed.state");
  ExpectRefused(evidence, "a changed end",
                [](auto& e) { e.mutable_epoch_opened()->mutable_entry()->back() ^= 1; });
}

TEST_F(EvidenceTest, EpochThatNamesAnotherEndIsNotTaken) {
  const v1::Frame held = SendEntries(kLog, {EntryOf(kLog, 0, kClock), EntryOf(kLog, 1, kClock + 1)},
                                     v1::Frame::kAcknowledged);
  v1::EntryData data;
  data.set_event_id(std::string(16, 'e'));
  data.set_subject("node/se/17");
  v1::LogState& previous = *data.mutable_epoch_opened()->mutable_previous();
  previous = held.acknowledged().state();
  previous.mutable_root()->front() ^= 1;
  v1::Event opened;
  opened.set_format_version(1);
  opened.set_log("se/17@2");
  opened.set_clock(kClock + 2);
  opened.set_data(data.SerializeAsString());
  const v1::Frame refused =
      SendEntries("se/17@2", {opened.SerializeAsString()}, v1::Frame::kExpected);
  EXPECT_EQ(refused.expected().refusal().code(), v1::ERROR_CODE_VERIFICATION_FAILED);
  EXPECT_THAT(refused.expected().refusal().message(), HasSubstr("with another root"));
  EXPECT_EQ(se_.SizeOf("se/17@2"), 0u);
  EXPECT_TRUE(se_.node->Alarms().empty());
}

TEST_F(EvidenceTest, OwnReceiptForWhatIsNotHeldStopsTheNode) {
  v1::Frame chunk = ChunkOf(kLog, {EntryOf(kLog, 0, kClock)}, KeyOf("se/17"));
  auto note = note::ParseNote(chunk.chunk().checkpoint());
  ASSERT_TRUE(note.ok());
  note->signatures.push_back(note::Cosign(KeyOf("se"), note->text, kNowMs / 1000 + 60));
  chunk.mutable_chunk()->set_checkpoint(note->Encode());
  const v1::Frame refused = Send(std::move(chunk), v1::Frame::kExpected);
  EXPECT_EQ(refused.expected().refusal().code(), v1::ERROR_CODE_READ_ONLY);
  EXPECT_EQ(se_.SizeOf(kLog), 0u);
  ASSERT_TRUE(se_.node->recording_stopped().has_value());
  EXPECT_THAT(*se_.node->recording_stopped(), HasSubstr("this node's own receipt"));
}

TEST_F(EvidenceTest, OwnReceiptFromBeforeTheRestoreIsHonoured) {
  auto database = std::make_unique<testing::MemoryDatabase>();
  ASSERT_TRUE(
      log::EventLog::Open(*database, {.trust_domain = kTrustDomain, .path = "se", .first_epoch = 2})
          .ok());
  NodeUnderTest restored(host_, "se", std::move(database));
  ASSERT_EQ(restored.own(), "se@2");
  restored.Enrol("se");
  restored.Enrol("se/17");
  restored.Serve();
  RawPeer peer("se/17", restored.port());
  peer.SendHello("se/17", "se");
  ASSERT_TRUE(peer.Await(v1::Frame::kFrontier));
  peer.SendFrontier();
  const uint64_t given_s = kNowMs / 1000 - 3600;
  v1::Frame chunk = ChunkOf(kLog, {EntryOf(kLog, 0, kClock)}, KeyOf("se/17"));
  auto note = note::ParseNote(chunk.chunk().checkpoint());
  ASSERT_TRUE(note.ok());
  note->signatures.push_back(note::Cosign(KeyOf("se"), note->text, given_s));
  chunk.mutable_chunk()->set_checkpoint(note->Encode());
  peer.Send(std::move(chunk));
  const std::optional<v1::Frame> taken = peer.Await(v1::Frame::kAcknowledged);
  ASSERT_TRUE(taken);
  const auto stored = note::ParseNote(taken->acknowledged().cosigned_checkpoint());
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(*note::VerifyCosignature(*stored, KeyOf("se").verifier()), given_s);
}

TEST_F(EvidenceTest, ForgedReceiptIsReplaced) {
  v1::Frame chunk = ChunkOf(kLog, {EntryOf(kLog, 0, kClock)}, KeyOf("se/17"));
  auto note = note::ParseNote(chunk.chunk().checkpoint());
  ASSERT_TRUE(note.ok());
  note->signatures.push_back(note::Cosign(KeyOf("se", /*variant=*/0), "another text\n", 1));
  chunk.mutable_chunk()->set_checkpoint(note->Encode());
  const v1::Frame taken = Send(std::move(chunk), v1::Frame::kAcknowledged);
  const auto stored = note::ParseNote(taken.acknowledged().cosigned_checkpoint());
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(*note::VerifyCosignature(*stored, KeyOf("se").verifier()),
            static_cast<uint64_t>(kNowMs / 1000));
}

}  // namespace
}  // namespace liggare::replication
