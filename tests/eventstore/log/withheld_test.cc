// Logs of which a node holds a part: of the entries that do not concern it the leaf
// hashes alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "eventstore/log/bytes/keys.h"
#include "eventstore/log/care/fsck.h"
#include "tests/eventstore/log/test_node.h"
#include "tests/testing/memory_database.h"

namespace liggare::log {
namespace {

using ::testing::IsEmpty;
using testing::KeyOf;
using testing::MemoryDatabase;
using testing::TestNode;

constexpr char kLog[] = "se/17@1";
constexpr uint64_t kEntries = 300;  // One full tile and an open one.

class WithheldTest : public ::testing::Test {
 protected:
  WithheldTest() { county_.RecordSome(kEntries); }

  // The county's entries [first, end), but for `shown` withheld.
  Chunk InPart(uint64_t first, uint64_t end, const std::set<uint64_t>& shown) {
    Chunk chunk = county_.MakeChunk(kLog, first, end);
    chunk.in_part = true;
    for (uint64_t i = first; i < end; ++i) {
      std::string& entry = chunk.entries[i - first];
      if (!shown.contains(i)) {
        entry = std::string(merkle::HashBytes(merkle::LeafHash(entry)));
      }
    }
    return chunk;
  }

  std::string Row(uint64_t index) {
    return keys::Encode(keys::EventKey{.log = NumberOfCopy(), .index = index});
  }
  uint32_t NumberOfCopy() { return child_.log().Find(kLog)->number; }

  MemoryDatabase county_db_;
  MemoryDatabase child_db_;
  TestNode county_{county_db_, "se/17"};
  TestNode child_{child_db_, "se/17/a"};
};

TEST_F(WithheldTest, TheTreeIsTheWholeLogs) {
  const auto stored = child_.Store(InPart(0, kEntries, {2, 3, 280}));
  ASSERT_TRUE(stored.status.ok()) << stored.status;
  EXPECT_EQ(stored.result.held.root, county_.log().Find(kLog)->root);
  EXPECT_EQ(*child_.log().Read(kLog, 3), *county_.log().Read(kLog, 3));
  EXPECT_TRUE(merkle::IsWithheld(*child_.log().Read(kLog, 4)));
  // Only what is shown can be found.
  std::vector<uint64_t> found;
  ASSERT_TRUE(child_.log()
                  .ScanSubject("verksamhet/x", {},
                               [&](const SubjectEntry& entry) {
                                 found.push_back(entry.key.index);
                                 return true;
                               })
                  .ok());
  EXPECT_EQ(found, (std::vector<uint64_t>{2, 3, 280}));
  // What is shown can be proven.
  const auto proof = child_.log().InclusionProof(kLog, 280, kEntries);
  EXPECT_EQ(*proof, *county_.log().InclusionProof(kLog, 280, kEntries));
}

// What is stored is acknowledged, and so on the disk: withheld entries too.
TEST_F(WithheldTest, AChunkOfWithheldEntriesIsSynced) {
  const auto stored = child_.Store(InPart(0, kEntries, {}));
  ASSERT_TRUE(stored.status.ok()) << stored.status;
  const auto left = child_db_.AfterCrash();
  TestNode again(*left, "se/17/a");
  ASSERT_TRUE(again.log().Find(kLog));
  EXPECT_EQ(again.log().Find(kLog)->size, kEntries);
}

TEST_F(WithheldTest, IsTheSameAfterReopening) {
  ASSERT_TRUE(child_.Store(InPart(0, kEntries, {2, 280})).status.ok());
  TestNode again(child_db_, "se/17/a");
  EXPECT_EQ(again.log().Find(kLog)->root, county_.log().Find(kLog)->root);
  EXPECT_EQ(again.log().Find(kLog)->size, kEntries);
  county_.RecordSome(2);
  Chunk more = InPart(kEntries, kEntries + 2, {kEntries + 1});
  const auto stored = again.Store(more);
  ASSERT_TRUE(stored.status.ok()) << stored.status;
  EXPECT_EQ(stored.result.held.root, county_.log().Find(kLog)->root);
  // The own log's clock is above all that was shown.
  EXPECT_GT(again.log().Find("se/17/a@1")->last_clock, county_.log().Find(kLog)->last_clock - 1);
}

TEST_F(WithheldTest, IsNotCosigned) {
  const auto stored = child_.Store(InPart(0, kEntries, {2}));
  ASSERT_TRUE(stored.status.ok());
  const auto checkpoint = child_.log().LatestCheckpoint(kLog);
  ASSERT_TRUE(checkpoint.ok() && *checkpoint);
  const auto note = note::ParseNote(**checkpoint);
  ASSERT_EQ(note->signatures.size(), 2u);  // Both of the log's key.
  EXPECT_EQ(note->signatures[0].name, KeyOf("se/17").verifier().name());
  EXPECT_EQ(note->signatures[1].name, KeyOf("se/17").verifier().name() + "@1");
}

TEST_F(WithheldTest, ReceivedIsRecordedWhenSomethingIsShown) {
  ASSERT_TRUE(child_.Store(InPart(0, 10, {})).status.ok());
  EXPECT_EQ(child_.log().Find("se/17/a@1")->size, 0u);
  ASSERT_TRUE(child_.Store(InPart(10, 20, {15})).status.ok());
  EXPECT_EQ(child_.log().Find("se/17/a@1")->size, 1u);
  EXPECT_EQ(*child_.log().KnownSize(kLog, 1), 20u);
}

TEST_F(WithheldTest, AWholeLogHasNothingWithheld) {
  Chunk chunk = InPart(0, 10, {1});
  chunk.in_part = false;
  const ChunkVerdict verdict = child_.Verify(chunk);
  EXPECT_EQ(verdict.fault, ChunkFault::kPeer);
  EXPECT_THAT(std::string(verdict.status.message()), ::testing::HasSubstr("entry 0 is withheld"));
}

TEST_F(WithheldTest, AWrongHashIsFound) {
  Chunk chunk = InPart(0, 10, {1});
  chunk.entries[5][7] ^= 1;
  EXPECT_EQ(child_.Verify(chunk).fault, ChunkFault::kPeer);
}

TEST_F(WithheldTest, AShownEntryOutOfItsPlaceBlamesTheLogAsInAWholeOne) {
  // The third entry says that it is the second; the log's key signs for it.
  Chunk chunk = InPart(0, 4, {2});
  chunk.entries[2] = *county_.log().Read(kLog, 1);
  merkle::Tree tree;
  std::vector<merkle::FullTile> full;
  for (const std::string& entry : chunk.entries) tree.Append(merkle::LeafOf(entry), full);
  chunk.checkpoint =
      note::SignCheckpoint({.origin = std::string(testing::kTrustDomain) + "/" + kLog,
                            .size = tree.size(),
                            .root = tree.Root()},
                           KeyOf("se/17"))
          .Encode();
  chunk.consistency_proof.clear();
  EXPECT_EQ(child_.Verify(chunk).fault, ChunkFault::kLog);
}

TEST_F(WithheldTest, FsckIsContentAndFindsAChangedByte) {
  ASSERT_TRUE(child_.Store(InPart(0, kEntries, {2, 280})).status.ok());
  EXPECT_THAT(Fsck(child_db_, {}).findings, IsEmpty());
  for (const uint64_t index : {0u, 1u, 2u, 200u, 270u, 280u, 299u}) {
    const std::string before = **child_db_.Get(Family::kEvents, Row(index));
    std::string after = before;
    after[11] ^= 4;
    child_db_.Overwrite(Family::kEvents, Row(index), after);
    const FsckReport report = Fsck(child_db_, {});
    EXPECT_FALSE(report.ok()) << index;
    child_db_.Overwrite(Family::kEvents, Row(index), before);
  }
  EXPECT_THAT(Fsck(child_db_, {}).findings, IsEmpty());
}

TEST_F(WithheldTest, FsckFindsAnEntryOfAWholeLogThatIsWithheld) {
  child_.RecordSome(5);
  const std::string key = keys::Encode(keys::EventKey{.log = 1, .index = 3});
  const merkle::Hash leaf = merkle::LeafHash(**child_db_.Get(Family::kEvents, key));
  child_db_.Overwrite(Family::kEvents, key, merkle::HashBytes(leaf));
  const FsckReport report = Fsck(child_db_, {});
  ASSERT_FALSE(report.findings.empty());
  EXPECT_EQ(report.findings[0].log, "se/17/a@1");
  EXPECT_EQ(report.findings[0].index, 3u);
}

}  // namespace
}  // namespace liggare::log
