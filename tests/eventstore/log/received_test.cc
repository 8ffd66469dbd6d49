// Storing other nodes' entries: what arrives, when, and what is known of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/log/bytes/clock.h"
#include "eventstore/log/bytes/entry.h"
#include "eventstore/log/care/fsck.h"
#include "eventstore/log/write/sequencer.h"
#include "liggare/v1/entry.pb.h"
#include "proto/error/error.h"
#include "tests/eventstore/log/test_node.h"
#include "tests/testing/memory_database.h"

namespace liggare::log {
namespace {

using ::testing::ElementsAre;
using testing::KeyOf;
using testing::MakeDisclosure;
using testing::MakeEventId;
using testing::MakeSubmission;
using testing::MakeSubmissionWithText;
using testing::MemoryDatabase;
using testing::TestNode;

class ReceivedTest : public ::testing::Test {
 protected:
  // The Received at this index of the county's log.
  v1::Received ReceivedAt(uint64_t index) {
    v1::Event event;
    v1::EntryData data;
    EXPECT_TRUE(event.ParseFromString(*county_.log().Read("se/17@1", index)));
    EXPECT_TRUE(data.ParseFromString(event.data()));
    EXPECT_EQ(data.subject(), "node/se/17");
    EXPECT_EQ(event.principal(), "se/17");
    EXPECT_EQ(data.event_id().size(), kEventIdBytes);
    EXPECT_EQ(data.event_id()[6] & 0xf0, 0x70);  // UUIDv7.
    EXPECT_TRUE(data.has_received());
    return data.received();
  }

  MemoryDatabase county_db_;
  MemoryDatabase a_db_;
  MemoryDatabase b_db_;
  MemoryDatabase nation_db_;
  TestNode county_{county_db_, "se/17"};
  TestNode a_{a_db_, "se/17/a"};
  TestNode b_{b_db_, "se/17/b"};
  TestNode nation_{nation_db_, "se"};
};

TEST_F(ReceivedTest, StoredEntriesAreTheSameBytesUnderTheSameRoot) {
  a_.RecordSome(5);
  const auto stored = county_.CopyFrom(a_, "se/17/a@1");
  ASSERT_TRUE(stored.status.ok()) << stored.status;
  EXPECT_EQ(stored.result.held.size, 5u);
  EXPECT_EQ(stored.result.held.root, a_.log().Find("se/17/a@1")->root);
  for (uint64_t i = 0; i < 5; ++i) {
    EXPECT_EQ(*county_.log().Read("se/17/a@1", i), *a_.log().Read("se/17/a@1", i));
  }
  EXPECT_EQ(county_.log().FindEvent(std::string(16, 'x'))->size(), 0u);
}

TEST_F(ReceivedTest, OneReceivedNamesEveryLogThatTheCommitAdvanced) {
  a_.RecordSome(2);
  b_.RecordSome(3);
  const uint64_t writes = county_db_.synced_writes();
  for (TestNode* child : {&a_, &b_}) {
    const std::string log = child->log().own_log();
    auto verdict = county_.Verify(child->MakeChunk(log, 0, child->log().Find(log)->size));
    county_.sequencer().Store(std::move(verdict.verified), [](absl::Status status, auto) {
      EXPECT_TRUE(status.ok()) << status;
    });
  }
  county_.now_ms += 17;
  county_.sequencer().Step();
  EXPECT_EQ(county_db_.synced_writes(), writes + 1);
  ASSERT_EQ(county_.log().Find("se/17@1")->size, 1u);
  const v1::Received received = ReceivedAt(0);
  EXPECT_EQ(received.arrived_at_ms(), county_.now_ms);
  ASSERT_EQ(received.logs_size(), 2);
  EXPECT_EQ(received.logs(0).log(), "se/17/a@1");
  EXPECT_EQ(received.logs(0).size(), 2u);
  EXPECT_EQ(received.logs(1).log(), "se/17/b@1");
  EXPECT_EQ(received.logs(1).root(), merkle::HashBytes(b_.log().Find("se/17/b@1")->root));
}

// The longest names that there are: eight segments of 40 bytes.
std::vector<std::string> LongestPaths(int count) {
  std::string above = "se/17";
  for (int i = 0; i < 5; ++i) above += "/" + std::string(40, 'x');
  std::vector<std::string> paths;
  for (int i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    paths.push_back(above + "/" + std::string(40 - number.size(), 'n') + number);
  }
  return paths;
}

TEST_F(ReceivedTest, LogsThatDoNotFitIntoOneReceivedStandInTheNext) {
  constexpr int kLogs = 200;
  const std::vector<std::string> paths = LongestPaths(kLogs);
  for (const std::string& path : paths) {
    MemoryDatabase database;
    TestNode child(database, path);
    child.RecordSome(1);
    auto verdict = county_.Verify(child.MakeChunk(path + "@1", 0, 1));
    county_.sequencer().Store(std::move(verdict.verified), [](absl::Status status, auto) {
      EXPECT_TRUE(status.ok()) << status;
    });
  }
  std::vector<Submission> submissions;
  submissions.push_back(MakeSubmission(MakeEventId(1), "ansokan/2024/1780"));
  county_.sequencer().Record(std::move(submissions), [](auto results) {
    EXPECT_EQ(results[0]->index, 2u) << "after every Received";
  });
  const uint64_t writes = county_db_.synced_writes();
  county_.sequencer().Step();
  EXPECT_EQ(county_db_.synced_writes(), writes + 1);

  ASSERT_EQ(county_.log().Find("se/17@1")->size, 3u);
  const int first = ReceivedAt(0).logs_size();
  EXPECT_EQ(first + ReceivedAt(1).logs_size(), kLogs);
  EXPECT_EQ(ReceivedAt(0).arrived_at_ms(), ReceivedAt(1).arrived_at_ms());
  for (uint64_t index : {0, 1}) {
    EXPECT_LE(county_.log().Read("se/17@1", index)->size(), kEntryBytesMax);
  }
  EXPECT_GT(county_.log().Read("se/17@1", 0)->size(), kReceivedLogsBytesMax - 500)
      << "as many as fit";
  int known = 0;
  for (const std::string& path : paths) {
    known += static_cast<int>(*county_.log().KnownSize(path + "@1", 1));
    EXPECT_EQ(*county_.log().KnownSize(path + "@1", 2), 1u) << path;
  }
  EXPECT_EQ(known, first);
  EXPECT_TRUE(Fsck(county_db_, {}).findings.empty());
}

TEST_F(ReceivedTest, OwnEntriesOfTheCommitComeAfterItsReceived) {
  a_.RecordSome(2);
  std::vector<Submission> submissions;
  submissions.push_back(MakeSubmission(MakeEventId(1), "ansokan/2024/1780"));
  uint64_t index = 0;
  county_.sequencer().Record(std::move(submissions),
                             [&](auto results) { index = results[0]->index; });
  auto verdict = county_.Verify(a_.MakeChunk("se/17/a@1", 0, 2));
  county_.sequencer().Store(std::move(verdict.verified), [](absl::Status, auto) {});
  county_.sequencer().Step();
  EXPECT_EQ(index, 1u);
  EXPECT_EQ(ReceivedAt(0).logs_size(), 1);
  EXPECT_THAT(county_.judge.told, ElementsAre("stored se/17/a@1 0", "accepted se/17@1 1"));
}

TEST_F(ReceivedTest, KnownSizeIsThatOfTheLastReceivedBefore) {
  a_.RecordSome(2);
  county_.CopyFrom(a_, "se/17/a@1");  // Own entry 0.
  county_.RecordSome(2);              // 1, 2.
  a_.RecordSome(3);
  county_.CopyFrom(a_, "se/17/a@1");  // 3.
  b_.RecordSome(1);
  county_.CopyFrom(b_, "se/17/b@1");  // 4.
  const auto known = [&](std::string_view log) {
    std::vector<uint64_t> sizes;
    for (uint64_t at = 0; at <= 6; ++at) sizes.push_back(*county_.log().KnownSize(log, at));
    return sizes;
  };
  EXPECT_THAT(known("se/17/a@1"), ElementsAre(0, 2, 2, 2, 5, 5, 5));
  EXPECT_THAT(known("se/17/b@1"), ElementsAre(0, 0, 0, 0, 0, 1, 1));
  EXPECT_THAT(known("se/17@1"), ElementsAre(0, 1, 2, 3, 4, 5, 5));
  EXPECT_THAT(known("se/18@1"), ElementsAre(0, 0, 0, 0, 0, 0, 0));
}

TEST_F(ReceivedTest, NothingButReceivedIsNotAnswered) {
  a_.RecordSome(1);
  ASSERT_TRUE(county_.CopyFrom(a_, "se/17/a@1").status.ok());
  ASSERT_TRUE(nation_.CopyFrom(county_, "se/17@1").status.ok());
  EXPECT_EQ(nation_.log().Find("se/17@1")->size, 1u);
  EXPECT_EQ(nation_.log().Find("se@1")->size, 0u);
  ASSERT_TRUE(nation_.CopyFrom(county_, "se/17/a@1").status.ok());
  EXPECT_EQ(nation_.log().Find("se@1")->size, 1u);
}

TEST_F(ReceivedTest, TiersDoNotAnswerEachOtherForEver) {
  a_.RecordSome(1);
  int exchanges = 0;
  for (bool moved = true; moved && exchanges < 20; ++exchanges) {
    moved = false;
    const auto copy = [&](TestNode& to, TestNode& from, const std::string& log) {
      const auto held = to.log().Find(log);
      if ((held ? held->size : 0) == from.log().Find(log)->size) return;
      ASSERT_TRUE(to.CopyFrom(from, log).status.ok());
      moved = true;
    };
    copy(county_, a_, "se/17/a@1");
    copy(nation_, county_, "se/17@1");
    copy(nation_, county_, "se/17/a@1");
    copy(county_, nation_, "se@1");  // The nation's log flows down.
    copy(nation_, county_, "se/17@1");
  }
  EXPECT_LT(exchanges, 5);
}

TEST_F(ReceivedTest, CosignatureCarriesTheSecondOfArrivalAndIsStoredInTheSameWrite) {
  a_.RecordSome(3);
  county_.now_ms = testing::kStartMs + 12'345;
  const auto stored = county_.CopyFrom(a_, "se/17/a@1");
  ASSERT_TRUE(stored.status.ok());
  const auto note = note::ParseNote(stored.result.cosigned_checkpoint);
  ASSERT_TRUE(note.ok());
  const auto time_s = note::VerifyCosignature(*note, KeyOf("se/17").verifier());
  ASSERT_TRUE(time_s.ok());
  EXPECT_EQ(*time_s, static_cast<uint64_t>(ReceivedAt(0).arrived_at_ms() / 1000));
  EXPECT_TRUE(note::VerifyNote(*note, KeyOf("se/17/a").verifier()).ok());
  const auto after_crash = county_db_.AfterCrash();
  TestNode reopened(*after_crash, "se/17");
  EXPECT_EQ(**reopened.log().LatestCheckpoint("se/17/a@1"), stored.result.cosigned_checkpoint);
}

TEST_F(ReceivedTest, CheckpointBeyondTheChunkIsNotCosigned) {
  a_.RecordSome(4);
  const auto first = county_.Store(a_.MakeChunk("se/17/a@1", 0, 2));
  ASSERT_TRUE(first.status.ok());
  EXPECT_EQ(first.result.cosigned_checkpoint, "");
  EXPECT_EQ(*county_.log().LatestCheckpoint("se/17/a@1"), std::nullopt);
  const auto second = county_.Store(a_.MakeChunk("se/17/a@1", 2, 4));
  EXPECT_NE(second.result.cosigned_checkpoint, "");
}

TEST_F(ReceivedTest, FirstCosignatureIsNeverReplacedAndOthersAreAdded) {
  a_.RecordSome(1);
  const auto stored = county_.CopyFrom(a_, "se/17/a@1");
  auto checkpoint = note::OpenCheckpoint(stored.result.cosigned_checkpoint,
                                         "liggare.test/se/17/a@1", KeyOf("se/17/a").verifier());
  ASSERT_TRUE(checkpoint.ok());
  const std::string text = checkpoint->note.text;
  checkpoint->note.signatures = {note::Cosign(KeyOf("se/17"), text, 99),
                                 note::Cosign(KeyOf("se"), text, 77)};
  const uint64_t synced = county_db_.synced_writes();
  county_.sequencer().SaveCheckpoint("se/17/a@1", *checkpoint);
  county_.sequencer().SaveCheckpoint("se/17/unheld@1", *checkpoint);
  county_.sequencer().Step();
  EXPECT_EQ(county_db_.synced_writes(), synced);
  const auto note = note::ParseNote(**county_.log().CheckpointAtOrAfter("se/17/a@1", 0));
  EXPECT_EQ(*note::VerifyCosignature(*note, KeyOf("se/17").verifier()),
            static_cast<uint64_t>(testing::kStartMs / 1000));
  EXPECT_EQ(*note::VerifyCosignature(*note, KeyOf("se").verifier()), 77u);
  EXPECT_TRUE(note::VerifyNote(*note, KeyOf("se/17/a").verifier()).ok());
}

TEST_F(ReceivedTest, OwnCheckpointIsStoredWithWhatOthersCosigned) {
  a_.RecordSome(2);
  const auto stored = county_.CopyFrom(a_, "se/17/a@1");
  auto checkpoint = note::OpenCheckpoint(stored.result.cosigned_checkpoint,
                                         "liggare.test/se/17/a@1", KeyOf("se/17/a").verifier());
  a_.sequencer().SaveCheckpoint("se/17/a@1", *checkpoint);
  a_.sequencer().Step();
  EXPECT_EQ(**a_.log().CheckpointAtOrAfter("se/17/a@1", 1), stored.result.cosigned_checkpoint);
  EXPECT_EQ(*a_.log().CheckpointAtOrAfter("se/17/a@1", 3), std::nullopt);
}

TEST_F(ReceivedTest, RepeatedChunkIsAnsweredWithWhatIsHeld) {
  a_.RecordSome(3);
  auto verdict = county_.Verify(a_.MakeChunk("se/17/a@1", 0, 3));
  auto again = verdict.verified;
  absl::Status status;
  Sequencer::StoreResult result;
  county_.sequencer().Store(std::move(verdict.verified), [](absl::Status, auto) {});
  county_.sequencer().Store(std::move(again), [&](absl::Status s, auto r) {
    status = s;
    result = r;
  });
  county_.sequencer().Step();
  EXPECT_TRUE(absl::IsAborted(status)) << status;
  EXPECT_EQ(result.held.size, 3u);
  EXPECT_NE(result.cosigned_checkpoint, "");
  EXPECT_EQ(county_.log().Find("se/17@1")->size, 1u);
}

TEST_F(ReceivedTest, ChunksOfOneLogMayWaitTogether) {
  a_.RecordSome(6);
  auto first = county_.Verify(a_.MakeChunk("se/17/a@1", 0, 4));
  const Chunk rest = a_.MakeChunk("se/17/a@1", 4, 6);
  auto second = VerifyChunk(rest, first.verified.tree, first.verified.rows.back().clock,
                            testing::kTrustDomain, KeyOf("se/17/a").verifier());
  ASSERT_TRUE(second.status.ok()) << second.status;
  for (ChunkVerdict* verdict : {&first, &second}) {
    county_.sequencer().Store(std::move(verdict->verified), [](absl::Status status, auto result) {
      EXPECT_TRUE(status.ok()) << status;
      EXPECT_EQ(result.held.size, 6u);
      EXPECT_NE(result.cosigned_checkpoint, "");
    });
  }
  county_.sequencer().Step();
  EXPECT_EQ(ReceivedAt(0).logs_size(), 1);
}

TEST_F(ReceivedTest, ChunkOnAnotherHistoryIsAborted) {
  MemoryDatabase other_db;
  TestNode other(other_db, "se/17/a");  // The same key, another history: a fork.
  a_.RecordSome(2);
  other.now_ms += 5;
  other.RecordSome(2);
  const Chunk start = other.MakeChunk("se/17/a@1", 0, 1);
  const Chunk rest = other.MakeChunk("se/17/a@1", 1, 2);
  auto first = county_.Verify(start);
  auto second = VerifyChunk(rest, first.verified.tree, first.verified.rows.back().clock,
                            testing::kTrustDomain, KeyOf("se/17/a").verifier());
  ASSERT_TRUE(county_.Store(a_.MakeChunk("se/17/a@1", 0, 1)).status.ok());
  absl::Status status;
  county_.sequencer().Store(std::move(second.verified), [&](absl::Status s, auto) { status = s; });
  county_.sequencer().Step();
  EXPECT_TRUE(absl::IsAborted(status)) << status;
}

TEST_F(ReceivedTest, RefusedFirstChunkOfALogLeavesNoTrace) {
  a_.now_ms += kClockAheadMaxMs + 1;
  a_.RecordSome(1);
  const auto stored = county_.CopyFrom(a_, "se/17/a@1");
  EXPECT_EQ(ErrorOf(stored.status).code(), v1::ERROR_CODE_CLOCK_AHEAD);
  EXPECT_EQ(county_.log().Find("se/17/a@1"), std::nullopt);
  b_.RecordSome(1);
  ASSERT_TRUE(county_.CopyFrom(b_, "se/17/b@1").status.ok());
  TestNode reopened(county_db_, "se/17");
  EXPECT_EQ(reopened.log().Logs().size(), 2u);
}

TEST_F(ReceivedTest, ClockWithinTheLimitIsStoredAndOwnClocksExceedIt) {
  a_.now_ms += kClockAheadMaxMs;
  a_.RecordSome(1);
  ASSERT_TRUE(county_.CopyFrom(a_, "se/17/a@1").status.ok());
  const auto own = county_.RecordOne(MakeSubmission(MakeEventId(1), "bidrag/2024/1780"));
  EXPECT_GT(own->clock, a_.log().Find("se/17/a@1")->last_clock);
}

TEST_F(ReceivedTest, FrozenLogStoresNothingMoreAndKeepsItsEvidence) {
  a_.RecordSome(1);
  ASSERT_TRUE(county_.CopyFrom(a_, "se/17/a@1").status.ok());
  a_.RecordSome(1);
  absl::Status frozen = absl::UnknownError("not called");
  county_.sequencer().Freeze("se/17/a@1", "two roots", [&](absl::Status s) { frozen = s; });
  county_.sequencer().Freeze("se/17/a@1", "later", [](absl::Status) {});
  county_.sequencer().Step();
  EXPECT_TRUE(frozen.ok());
  {
    const auto left = county_db_.AfterCrash();  // Nothing else was written since.
    TestNode at_once(*left, "se/17");
    EXPECT_TRUE(at_once.log().Find("se/17/a@1")->frozen);
  }
  EXPECT_EQ(ErrorOf(county_.CopyFrom(a_, "se/17/a@1").status).code(), v1::ERROR_CODE_FORKED);
  b_.RecordSome(1);
  EXPECT_TRUE(county_.CopyFrom(b_, "se/17/b@1").status.ok());
  const auto after_crash = county_db_.AfterCrash();
  TestNode reopened(*after_crash, "se/17");
  EXPECT_TRUE(reopened.log().Find("se/17/a@1")->frozen);
  EXPECT_FALSE(reopened.log().Find("se/17/b@1")->frozen);
  EXPECT_EQ(**reopened.log().FreezeEvidence("se/17/a@1"), "two roots");
}

TEST_F(ReceivedTest, OwnLogIsNotStored) {
  MemoryDatabase other_db;
  TestNode other(other_db, "se/17");
  other.RecordSome(1);
  EXPECT_EQ(ErrorOf(county_.CopyFrom(other, "se/17@1").status).code(),
            v1::ERROR_CODE_PERMISSION_DENIED);
}

TEST_F(ReceivedTest, TextsTravelWithTheirEntriesAndStraysAreDropped) {
  const DisclosureText text = MakeDisclosure("hemligt");
  a_.RecordSome(2);
  ASSERT_TRUE(a_.RecordOne(MakeSubmissionWithText(MakeEventId(77), "brist/x", text)).ok());
  Chunk chunk = a_.MakeChunk("se/17/a@1", 0, 3);
  ASSERT_EQ(chunk.disclosures.size(), 1u);
  const DisclosureText stray = MakeDisclosure("om någon annan");
  chunk.disclosures.push_back(stray);
  ASSERT_TRUE(county_.Store(chunk).status.ok());
  EXPECT_EQ((*county_.log().Disclosure(text.commitment))->text, "hemligt");
  EXPECT_EQ(county_.log().DisclosuresOf("se/17/a@1", 2, 3)->size(), 1u);
  EXPECT_FALSE((*county_.log().Disclosure(stray.commitment)).has_value());
}

TEST_F(ReceivedTest, FailedWriteOfAChunkShowsNothing) {
  a_.RecordSome(1);
  county_db_.FailWrites(absl::UnavailableError("disk full"));
  const auto stored = county_.CopyFrom(a_, "se/17/a@1");
  EXPECT_EQ(ErrorOf(stored.status).code(), v1::ERROR_CODE_READ_ONLY);
  EXPECT_EQ(county_.log().Find("se/17/a@1"), std::nullopt);
}

}  // namespace
}  // namespace liggare::log
