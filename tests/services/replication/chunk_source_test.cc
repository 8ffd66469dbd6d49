#include "services/replication/chunks/chunk_source.h"

#include <gtest/gtest.h>

#include "services/replication/chunks/arrival_check.h"
#include "services/replication/session/limits.h"
#include "services/rpc/call/channel.h"
#include "tests/services/replication/node_under_test.h"

namespace liggare::replication {
namespace {

class ChunkSourceTest : public ::testing::Test {
 protected:
  TestHost host_;
};

TEST_F(ChunkSourceTest, AnOwnChunkHasACheckpointAtItsEndAndVerifies) {
  NodeUnderTest county(host_, "se/17");
  county.Record(50, 1'000);
  ChunkSource source(*county.log, *county.sequencer, *county.keys);
  absl::StatusOr<ChunkSource::Reading> reading =
      source.Read({"se/17@1", 0, county.SizeOf("se/17@1"), 10'000, 0});
  ASSERT_EQ(reading.status(), absl::OkStatus());
  EXPECT_LT(reading->chunk.entries_size(), 11);
  EXPECT_TRUE(reading->chunk.consistency_proof().empty());

  NodeUnderTest se(host_, "se");
  se.Enrol("se/17");
  ArrivalCheck check(*se.log, *se.sequencer, *se.keys);
  ArrivalCheck::Verdict verdict = check.Verify(reading->chunk, kNowMs);
  ASSERT_TRUE(verdict.verified);
  EXPECT_EQ(verdict.verified->root, reading->end_root);
  // The next chunk verifies before the first is stored.
  absl::StatusOr<ChunkSource::Reading> next =
      source.Read({"se/17@1", static_cast<uint64_t>(reading->chunk.entries_size()), 50, 10'000, 0});
  ASSERT_EQ(next.status(), absl::OkStatus());
  EXPECT_TRUE(check.Verify(next->chunk, kNowMs).verified);
}

TEST_F(ChunkSourceTest, ACopyIsCutAtStoredCheckpoints) {
  NodeUnderTest se(host_, "se");
  se.Enrol("se/17");
  NodeUnderTest county(host_, "se/17");
  ChunkSource own(*county.log, *county.sequencer, *county.keys);
  ArrivalCheck check(*se.log, *se.sequencer, *se.keys);
  // The copy comes in chunks of ten entries.
  county.Record(30, 1'000);
  for (uint64_t first = 0; first < 30; first += 10) {
    auto reading = own.Read({"se/17@1", first, first + 10, kChunkBytesMax, 0});
    ASSERT_EQ(reading.status(), absl::OkStatus());
    auto verdict = check.Verify(reading->chunk, kNowMs);
    ASSERT_TRUE(verdict.verified);
    se.sequencer->Store(*std::move(verdict.verified), [](const auto&, const auto&) {});
    // A commit of several chunks would keep the last one's checkpoint alone.
    ASSERT_TRUE(Eventually([&] { return se.SizeOf("se/17@1") == first + 10; }));
  }

  ChunkSource copy(*se.log, *se.sequencer, *se.keys);
  auto reading = copy.Read({"se/17@1", 0, 30, 25'000, 0});
  ASSERT_EQ(reading.status(), absl::OkStatus());
  const int cut = reading->chunk.entries_size();
  EXPECT_GT(cut, 0);
  EXPECT_LE(cut, 25);
  EXPECT_TRUE(reading->chunk.consistency_proof().empty()) << "not cut at a checkpoint: " << cut;
  // Too small for a whole step: it ends before its checkpoint, with a proof.
  reading = copy.Read({"se/17@1", 0, 30, 3'000, 0});
  ASSERT_EQ(reading.status(), absl::OkStatus());
  EXPECT_LT(reading->chunk.entries_size(), 10);
  EXPECT_FALSE(reading->chunk.consistency_proof().empty());
}

TEST_F(ChunkSourceTest, AChunkWithItsTextsFitsIntoAMessage) {
  NodeUnderTest county(host_, "se/17");
  constexpr int kEvents = 200;
  for (int i = 0; i < kEvents; ++i) {
    county.RecordWithText(std::to_string(i) + std::string(64 * 1024 - 8, 'x'));
  }
  const uint64_t size = county.SizeOf("se/17@1");
  ChunkSource source(*county.log, *county.sequencer, *county.keys);
  uint64_t first = 0;
  int texts = 0;
  while (first < size) {
    auto reading = source.Read({"se/17@1", first, size, kChunkBytesMax, 0});
    ASSERT_EQ(reading.status(), absl::OkStatus());
    ASSERT_GT(reading->chunk.entries_size(), 0);
    EXPECT_LT(reading->chunk.ByteSizeLong(), static_cast<size_t>(rpc::kMessageBytesMax));
    first += reading->chunk.entries_size();
    texts += reading->chunk.disclosures_size();
  }
  EXPECT_EQ(texts, kEvents);
}

TEST_F(ChunkSourceTest, TextsOfAChunkAreBounded) {
  constexpr size_t kSaltBytes = 32;
  constexpr uint64_t kEvents = 64;
  // The last text is longer by `more`.
  const auto entries_in_a_chunk = [this](size_t more) {
    NodeUnderTest county(host_, "se/17");
    for (uint64_t i = 0; i < kEvents; ++i) {
      const size_t bytes =
          kChunkTextBytesMax / kEvents - kSaltBytes + (i + 1 == kEvents ? more : 0);
      std::string text = std::to_string(i);
      text.resize(bytes, 'x');
      county.RecordWithText(text);
    }
    const auto reading = ChunkSource(*county.log, *county.sequencer, *county.keys)
                             .Read({"se/17@1", 0, kEvents, kChunkBytesMax, 0});
    EXPECT_EQ(reading.status(), absl::OkStatus());
    return reading.ok() ? static_cast<uint64_t>(reading->chunk.entries_size()) : 0;
  };
  EXPECT_EQ(entries_in_a_chunk(0), kEvents);
  EXPECT_LT(entries_in_a_chunk(1), kEvents);
}

TEST_F(ChunkSourceTest, NothingBeyondTheEndIsRead) {
  NodeUnderTest county(host_, "se/17");
  county.Record(2);
  ChunkSource source(*county.log, *county.sequencer, *county.keys);
  auto reading = source.Read({"se/17@1", 2, 10, kChunkBytesMax, 0});
  ASSERT_EQ(reading.status(), absl::OkStatus());
  EXPECT_EQ(reading->chunk.entries_size(), 0);
}

}  // namespace
}  // namespace liggare::replication
