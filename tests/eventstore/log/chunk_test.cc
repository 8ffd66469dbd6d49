// Which chunks are accepted, and whose fault the others are.
#include "eventstore/log/read/chunk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/log/bytes/entry.h"
#include "tests/eventstore/log/test_node.h"
#include "tests/testing/memory_database.h"

namespace liggare::log {
namespace {

using testing::KeyOf;
using testing::MemoryDatabase;
using testing::TestNode;

constexpr char kLog[] = "se/17/a@1";

class ChunkTest : public ::testing::Test {
 protected:
  ChunkTest() { a_.RecordSome(10); }

  ChunkVerdict Verify(const Chunk& chunk, uint64_t held = 0) {
    merkle::Tree tree;
    std::vector<merkle::FullTile> full;
    for (uint64_t i = 0; i < held; ++i)
      tree.Append(merkle::LeafHash(*a_.log().Read(kLog, i)), full);
    return VerifyChunk(chunk, std::move(tree), 0, testing::kTrustDomain,
                       KeyOf("se/17/a").verifier());
  }

  // A chunk of these entries, truly signed by the log's own key.
  Chunk SignedBySelf(std::vector<std::string> entries) {
    merkle::Tree tree;
    std::vector<merkle::FullTile> full;
    for (const std::string& entry : entries) tree.Append(merkle::LeafHash(entry), full);
    const note::Checkpoint checkpoint = {.origin = std::string(testing::kTrustDomain) + "/" + kLog,
                                         .size = tree.size(),
                                         .root = tree.Root()};
    Chunk chunk;
    chunk.log = kLog;
    chunk.entries = std::move(entries);
    chunk.checkpoint = note::SignCheckpoint(checkpoint, KeyOf("se/17/a")).Encode();
    return chunk;
  }

  std::string Entry(std::string_view log, uint64_t index, uint64_t clock) {
    const Submission submission = testing::MakeSubmission(testing::MakeEventId(index), "subject");
    return EncodeEntry({.log = log,
                        .index = index,
                        .clock = clock,
                        .recorded_at_ms = 1,
                        .principal = "p",
                        .basis = nullptr,
                        .data = submission.data,
                        .sender_signature = ""});
  }

  MemoryDatabase database_;
  TestNode a_{database_, "se/17/a"};
};

TEST_F(ChunkTest, WholeAndPartialChunksVerify) {
  EXPECT_TRUE(Verify(a_.MakeChunk(kLog, 0, 10)).status.ok());
  EXPECT_TRUE(Verify(a_.MakeChunk(kLog, 0, 3)).status.ok());
  const ChunkVerdict rest = Verify(a_.MakeChunk(kLog, 3, 7), 3);
  ASSERT_TRUE(rest.status.ok()) << rest.status;
  EXPECT_EQ(rest.fault, ChunkFault::kNone);
  EXPECT_EQ(rest.verified.tree.size(), 7u);
  EXPECT_EQ(rest.verified.root, *a_.log().RootAt(kLog, 7));
  EXPECT_EQ(rest.verified.root_before, *a_.log().RootAt(kLog, 3));
  EXPECT_EQ(rest.verified.rows.size(), 4u);
}

TEST_F(ChunkTest, ChunkThatDoesNotBeginAtTheEndIsAGap) {
  EXPECT_EQ(Verify(a_.MakeChunk(kLog, 3, 7), 2).fault, ChunkFault::kGap);
  EXPECT_EQ(Verify(a_.MakeChunk(kLog, 3, 7), 4).fault, ChunkFault::kGap);
}

TEST_F(ChunkTest, ChangedReorderedAndMissingEntriesBlameThePeer) {
  const Chunk good = a_.MakeChunk(kLog, 0, 10);
  for (size_t i = 0; i < good.entries.size(); ++i) {
    Chunk changed = good;
    changed.entries[i].back() ^= 1;
    EXPECT_EQ(Verify(changed).fault, ChunkFault::kPeer);
  }
  Chunk reordered = good;
  std::swap(reordered.entries[2], reordered.entries[3]);
  EXPECT_EQ(Verify(reordered).fault, ChunkFault::kPeer);
  Chunk missing = good;
  missing.entries.erase(missing.entries.begin() + 4);
  EXPECT_EQ(Verify(missing).fault, ChunkFault::kPeer);
  Chunk empty = good;
  empty.entries.clear();
  EXPECT_EQ(Verify(empty).fault, ChunkFault::kPeer);
  Chunk oversized = good;
  oversized.entries[0].assign(kEntryBytesMax + 1, 'x');
  EXPECT_EQ(Verify(oversized).fault, ChunkFault::kPeer);
}

TEST_F(ChunkTest, ForgedCheckpointsAndProofsBlameThePeer) {
  const Chunk good = a_.MakeChunk(kLog, 0, 5);
  Chunk no_proof = good;
  no_proof.consistency_proof.clear();
  EXPECT_EQ(Verify(no_proof).fault, ChunkFault::kPeer);
  Chunk truncated = good;
  truncated.checkpoint.pop_back();
  EXPECT_EQ(Verify(truncated).fault, ChunkFault::kPeer);
  Chunk by_another = good;
  const auto held = a_.log().Find(kLog);
  const note::Checkpoint checkpoint = {.origin = std::string(testing::kTrustDomain) + "/" + kLog,
                                       .size = held->size,
                                       .root = held->root};
  by_another.checkpoint = note::SignCheckpoint(checkpoint, KeyOf("se/17/b")).Encode();
  EXPECT_EQ(Verify(by_another).fault, ChunkFault::kPeer);
  Chunk behind = a_.MakeChunk(kLog, 0, 10);
  behind.checkpoint = a_.sequencer().OwnCheckpoint(9)->note.Encode();
  EXPECT_EQ(Verify(behind).fault, ChunkFault::kPeer);
}

TEST_F(ChunkTest, OtherLogsCheckpointBlamesThePeer) {
  Chunk chunk = a_.MakeChunk(kLog, 0, 10);
  chunk.log = "se/17/a@2";
  EXPECT_EQ(Verify(chunk).fault, ChunkFault::kPeer);
}

TEST_F(ChunkTest, WellFormedEntriesOfTheOwnKeyVerify) {
  const ChunkVerdict verdict = Verify(SignedBySelf({Entry(kLog, 0, 5), Entry(kLog, 1, 6)}));
  EXPECT_TRUE(verdict.status.ok()) << verdict.status;
}

TEST_F(ChunkTest, ImpossibleEntriesThatItsOwnKeySignedBlameTheLog) {
  const std::vector<std::vector<std::string>> impossible = {
      {"not a message"},
      {Entry("se/17/b@1", 0, 5)},
      {Entry(kLog, 1, 5)},
      {Entry(kLog, 0, 5), Entry(kLog, 1, 5)},
      {Entry(kLog, 0, 5), Entry(kLog, 1, 4)},
      {Entry(kLog, 0, 0)},
  };
  for (const auto& entries : impossible) {
    const Chunk chunk = SignedBySelf(entries);
    const ChunkVerdict verdict = Verify(chunk);
    EXPECT_EQ(verdict.fault, ChunkFault::kLog);
    EXPECT_EQ(verdict.verified.chunk.entries, chunk.entries);  // The evidence.
  }
}

TEST(CommitmentPlacesTest, EveryPlaceIsFoundWhateverStandsBefore) {
  const DisclosureText a = testing::MakeDisclosure("a");
  const DisclosureText b = testing::MakeDisclosure("b");
  const std::string start = "\x0a\x20";
  const std::vector<std::string> entries = {"nothing", start + start + a.commitment,
                                            start + a.commitment + start + b.commitment,
                                            start + b.commitment.substr(0, 31), b.commitment};
  using Place = CommitmentPlace;
  EXPECT_THAT(FindCommitments(entries, {a, b}),
              ::testing::ElementsAre(Place{1, 0}, Place{2, 0}, Place{2, 1}));
  EXPECT_THAT(FindCommitments(entries, {}), ::testing::IsEmpty());
}

TEST_F(ChunkTest, FaultNamesTheLogAndTheEntry) {
  const ChunkVerdict verdict = Verify(SignedBySelf({Entry(kLog, 0, 5), Entry(kLog, 1, 4)}));
  const std::string message(verdict.status.message());
  EXPECT_NE(message.find(kLog), std::string::npos);
  EXPECT_NE(message.find("entry 1"), std::string::npos);
}

}  // namespace
}  // namespace liggare::log
