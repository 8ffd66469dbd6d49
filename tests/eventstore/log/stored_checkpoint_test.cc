// What is written of checkpoints can be read again, whatever it was made from, and one
// that can't be read hides no other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/log/bytes/keys.h"
#include "eventstore/note/reduction.h"
#include "tests/eventstore/log/test_node.h"
#include "tests/testing/memory_database.h"

namespace liggare::log {
namespace {

using ::testing::HasSubstr;
using testing::KeyOf;
using testing::MemoryDatabase;
using testing::TestNode;

constexpr char kLog[] = "se/17/a@1";
constexpr char kOrigin[] = "liggare.test/se/17/a@1";

class StoredCheckpointTest : public ::testing::Test {
 protected:
  // The chunk's checkpoint gets lines until there are `count`, in these names in turn.
  static void AddLines(Chunk& chunk, size_t count, const std::vector<std::string>& names) {
    auto note = note::ParseNote(chunk.checkpoint);
    ASSERT_TRUE(note.ok());
    while (note->signatures.size() < count) {
      const size_t n = note->signatures.size();
      note->signatures.push_back(
          {.name = names[n % names.size()], .key_id = static_cast<uint32_t>(n), .signature = "r"});
    }
    chunk.checkpoint = note->Encode();
  }
  note::Note Stored() {
    const auto latest = county_.log().LatestCheckpoint(kLog);
    EXPECT_TRUE(latest.ok() && latest->has_value());
    const auto note = note::ParseNote(latest->value_or(""));
    EXPECT_TRUE(note.ok()) << note.status();
    return note.ok() ? *note : note::Note();
  }
  bool IsCosignedBy(const std::string& path) {
    return note::VerifyCosignature(Stored(), KeyOf(path).verifier()).ok();
  }
  // Damages the county's checkpoint of that size.
  void Damage(uint64_t size) {
    Batch batch;
    batch.Put(Family::kMeta, keys::CheckpointKey(county_.log().Find(kLog)->number, size),
              "no note");
    ASSERT_TRUE(county_db_.Write(batch, Durability::kSynced).ok());
  }

  MemoryDatabase county_db_;
  MemoryDatabase a_db_;
  TestNode county_{county_db_, "se/17"};
  TestNode a_{a_db_, "se/17/a"};
};

TEST_F(StoredCheckpointTest, AHundredLinesLeaveRoomForTheCosignature) {
  a_.RecordSome(1);
  Chunk chunk = a_.MakeChunk(kLog, 0, 1);
  AddLines(chunk, note::kSignaturesMax, {"liggare.test/se/17/a"});
  const auto stored = county_.Store(std::move(chunk));
  ASSERT_TRUE(stored.status.ok()) << stored.status;
  EXPECT_TRUE(note::ParseNote(stored.result.cosigned_checkpoint).ok());
  EXPECT_LE(Stored().signatures.size(), note::kKeptSignaturesMax);
  EXPECT_TRUE(note::VerifyNote(Stored(), KeyOf("se/17/a").verifier()).ok());
}

TEST_F(StoredCheckpointTest, LinesOfOthersLeaveRoomForThoseAbove) {
  a_.RecordSome(1);
  Chunk chunk = a_.MakeChunk(kLog, 0, 1);
  AddLines(chunk, note::kSignaturesMax, {"liggare.test/se/17/a/1", "liggare.test/se/17/a/2"});
  ASSERT_TRUE(county_.Store(std::move(chunk)).status.ok());
  EXPECT_TRUE(IsCosignedBy("se/17"));
  auto checkpoint = note::OpenCheckpoint(Stored().Encode(), kOrigin, KeyOf("se/17/a").verifier());
  ASSERT_TRUE(checkpoint.ok());
  checkpoint->note.signatures = {note::Cosign(KeyOf("se"), checkpoint->note.text, 77)};
  county_.sequencer().SaveCheckpoint(kLog, *checkpoint);
  county_.sequencer().Step();
  EXPECT_TRUE(IsCosignedBy("se"));
  EXPECT_TRUE(IsCosignedBy("se/17"));
  EXPECT_LE(Stored().signatures.size(), note::kKeptSignaturesMax);
}

TEST_F(StoredCheckpointTest, WhatCouldNotBeReadIsNotWritten) {
  a_.RecordSome(1);
  ASSERT_TRUE(county_.CopyFrom(a_, kLog).status.ok());
  const std::string before = Stored().Encode();
  auto checkpoint = note::OpenCheckpoint(before, kOrigin, KeyOf("se/17/a").verifier());
  ASSERT_TRUE(checkpoint.ok());
  for (const note::Signature& bad :
       {note::Signature{.name = "two words", .key_id = 1, .signature = "r"},
        note::Signature{.name = "", .key_id = 1, .signature = "r"},
        note::Signature{.name = "a", .key_id = 1, .signature = ""},
        note::Signature{.name = std::string(note::kNoteBytesMax, 'n'), .signature = "r"}}) {
    checkpoint->note.signatures = {bad};
    county_.sequencer().SaveCheckpoint(kLog, *checkpoint);
    county_.sequencer().Step();
    EXPECT_EQ(Stored().Encode(), before);
  }
}

TEST_F(StoredCheckpointTest, OneThatCannotBeReadHidesNoOther) {
  a_.RecordSome(2);
  ASSERT_TRUE(county_.Store(a_.MakeChunk(kLog, 0, 2)).status.ok());
  const std::string first = Stored().Encode();
  a_.RecordSome(2);
  ASSERT_TRUE(county_.Store(a_.MakeChunk(kLog, 2, 4)).status.ok());
  EXPECT_TRUE(county_.log().CheckNewestCheckpoint(kLog).ok());
  Damage(4);
  const absl::Status found = county_.log().CheckNewestCheckpoint(kLog);
  EXPECT_TRUE(absl::IsDataLoss(found));
  EXPECT_THAT(std::string(found.message()), HasSubstr("se/17/a@1 at 4"));
  EXPECT_EQ(**county_.log().LatestCheckpoint(kLog), first);
  EXPECT_EQ(*county_.log().CheckpointAtOrAfter(kLog, 3), std::nullopt);
  a_.RecordSome(1);
  ASSERT_TRUE(county_.Store(a_.MakeChunk(kLog, 4, 5)).status.ok());
  EXPECT_TRUE(county_.log().CheckNewestCheckpoint(kLog).ok());
  EXPECT_EQ(**county_.log().CheckpointAtOrAfter(kLog, 3), Stored().Encode());
  Damage(2);
  EXPECT_EQ(**county_.log().CheckpointAtOrAfter(kLog, 1), Stored().Encode());
}

TEST_F(StoredCheckpointTest, OneThatCannotBeReadIsReplacedByAGoodOne) {
  a_.RecordSome(2);
  ASSERT_TRUE(county_.Store(a_.MakeChunk(kLog, 0, 2)).status.ok());
  auto good = note::OpenCheckpoint(Stored().Encode(), kOrigin, KeyOf("se/17/a").verifier());
  ASSERT_TRUE(good.ok());
  Damage(2);
  county_.sequencer().SaveCheckpoint(kLog, *good);
  county_.sequencer().Step();
  EXPECT_EQ(Stored().Encode(), good->note.Encode());
  EXPECT_TRUE(county_.log().CheckNewestCheckpoint(kLog).ok());
}

}  // namespace
}  // namespace liggare::log
