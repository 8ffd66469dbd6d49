#include "services/replication/session/outbound.h"

#include <gtest/gtest.h>

#include <map>

#include "services/replication/session/limits.h"
#include "services/replication/session/log_flow.h"

namespace liggare::replication {
namespace {

constexpr size_t kEntryBytes = 1'000;

// Reads as a disk would: entries of kEntryBytes.
void Serve(Outbound& outbound, const ReadChunk& read) {
  v1::Chunk chunk;
  chunk.set_log(read.log);
  chunk.set_first_index(read.first_index);
  const uint64_t count =
      std::min<uint64_t>(read.end_index - read.first_index, read.bytes_max / kEntryBytes);
  for (uint64_t i = 0; i < count; ++i) chunk.add_entries(std::string(kEntryBytes, 'x'));
  outbound.Read(std::move(chunk), read.round, merkle::Hash{});
}

// What is sent until the window is full.
std::vector<v1::Chunk> SendAll(Outbound& outbound) {
  std::vector<v1::Chunk> sent;
  for (;;) {
    std::optional<ReadChunk> read = outbound.NextRead();
    if (read) Serve(outbound, *read);
    std::optional<v1::Chunk> chunk = outbound.TakeChunk();
    if (chunk) sent.push_back(*std::move(chunk));
    if (!read && !chunk) return sent;
  }
}

Extent EndOf(const v1::Chunk& chunk) {
  return {chunk.log(), chunk.first_index() + chunk.entries_size(), merkle::Hash{}};
}

class OutboundTest : public ::testing::Test {
 protected:
  OutboundTest() : outbound_("se/17") {
    for (const char* log : {"se/17/a@1", "se/17/b@1", "se/17@1"}) outbound_.Advance(log, 100'000);
  }
  // Sends the probes and acknowledges them.
  void Prove() {
    outbound_.FrontierComplete();
    for (const v1::Chunk& probe : SendAll(outbound_)) outbound_.Acknowledge(EndOf(probe));
  }
  Outbound outbound_;
};

TEST_F(OutboundTest, NothingIsSentBeforeTheFrontier) { EXPECT_TRUE(SendAll(outbound_).empty()); }

TEST_F(OutboundTest, EveryLogIsProbedOnceOwnFirst) {
  outbound_.FrontierComplete();
  std::vector<v1::Chunk> probes = SendAll(outbound_);
  ASSERT_EQ(probes.size(), 3u);
  EXPECT_EQ(probes[0].log(), "se/17@1");
  EXPECT_EQ(probes[1].log(), "se/17/a@1");
  EXPECT_EQ(probes[2].log(), "se/17/b@1");
  for (const v1::Chunk& probe : probes) {
    EXPECT_LE(static_cast<size_t>(probe.entries_size()) * kEntryBytes, kProbeBytesMax);
  }
}

TEST_F(OutboundTest, APeerThatHasMoreIsAProblemUntilItHasNot) {
  EXPECT_TRUE(outbound_.problems().empty());
  outbound_.PeerHolds({"se/17/c@1", 2, merkle::Hash{}});
  outbound_.FrontierComplete();
  ASSERT_EQ(outbound_.problems().size(), 1u);
  EXPECT_EQ(outbound_.problems().front().text,
            "of se/17/c@1 the peer has 2 entries, here are 0: its writer sends them, or a restore "
            "from the peer fetches them");
  outbound_.Advance("se/17/c@1", 2);
  EXPECT_TRUE(outbound_.problems().empty());
}

TEST_F(OutboundTest, WindowBoundsWhatIsNotAcknowledged) {
  Prove();
  size_t bytes = 0;
  for (const v1::Chunk& chunk : SendAll(outbound_)) {
    bytes += static_cast<size_t>(chunk.entries_size()) * kEntryBytes;
  }
  EXPECT_GE(bytes, kWindowBytesMax - kChunkBytesMax);
  EXPECT_LE(bytes, kWindowBytesMax + kChunkBytesMax);
}

// A log that has been proven; its chunks are of one entry, of the bytes that are asked for.
class OneLogTest : public ::testing::Test {
 protected:
  OneLogTest() {
    outbound_.Advance(kLog, 100'000);
    outbound_.FrontierComplete();
    EXPECT_EQ(Send(1), 1u);  // The probe.
    outbound_.Acknowledge({kLog, 1, merkle::Hash{}});
  }
  // How many chunks are sent, at most `count_max`.
  size_t Send(size_t entry_bytes, size_t count_max = SIZE_MAX) {
    size_t sent = 0;
    while (sent < count_max) {
      const std::optional<ReadChunk> read = outbound_.NextRead();
      if (!read) break;
      v1::Chunk chunk;
      chunk.set_log(read->log);
      chunk.set_first_index(read->first_index);
      chunk.add_entries(std::string(entry_bytes, 'x'));
      outbound_.Read(std::move(chunk), read->round, merkle::Hash{});
      if (outbound_.TakeChunk()) ++sent;
    }
    return sent;
  }
  static constexpr char kLog[] = "se/17@1";
  Outbound outbound_{"se/17"};
};

TEST_F(OneLogTest, ChunksInFlightAreBounded) {
  EXPECT_EQ(Send(1), kLogWindowChunksMax);
  outbound_.Acknowledge({kLog, 2, merkle::Hash{}});
  EXPECT_EQ(Send(1), 1u);
}

TEST_F(OneLogTest, BytesInFlightAreBounded) {
  constexpr size_t kChunks = kLogWindowBytesMax / kChunkBytesMax;
  EXPECT_EQ(Send(kChunkBytesMax), kChunks);
  outbound_.Acknowledge({kLog, 2, merkle::Hash{}});
  EXPECT_EQ(Send(kChunkBytesMax - 1, 1), 1u);
  EXPECT_EQ(Send(kChunkBytesMax), 1u) << "one byte was left";
}

TEST_F(OneLogTest, ChunksThatLieReadyAreBounded) {
  outbound_.Advance("se/17/a@1", 1);
  outbound_.Advance("se/17/b@1", 1);
  std::vector<ReadChunk> reads;
  while (auto read = outbound_.NextRead()) reads.push_back(*std::move(read));
  ASSERT_EQ(reads.size(), kReadyChunksMax);
  Serve(outbound_, reads[0]);
  EXPECT_FALSE(outbound_.NextRead()) << "it lies ready";
  EXPECT_TRUE(outbound_.TakeChunk());
  EXPECT_TRUE(outbound_.NextRead());
}

TEST_F(OutboundTest, OwnLogsComeAfterEveryChunkOfOthersAndTheseInTurn) {
  Prove();
  std::vector<std::string> sent;
  for (const v1::Chunk& chunk : SendAll(outbound_)) sent.push_back(chunk.log());
  sent.resize(6);
  EXPECT_EQ(sent, (std::vector<std::string>{"se/17@1", "se/17/a@1", "se/17@1", "se/17/b@1",
                                            "se/17@1", "se/17/a@1"}));
}

TEST_F(OutboundTest, AChildWithManyLogsHasNoMoreTurnsThanOneWithFew) {
  for (const char* log : {"se/17/a@1", "se/17/b@1", "se/17@1"}) outbound_.Advance(log, 1'000'000);
  for (int i = 0; i < 200; ++i) {
    outbound_.Advance("se/17/a/" + std::to_string(i) + "@1", 100'000);
    outbound_.Advance("se/17/a@" + std::to_string(i + 2), 100'000);
  }
  outbound_.FrontierComplete();
  std::map<std::string, int> chunks;  // By child, acknowledged at once.
  for (int i = 0; i < 400; ++i) {
    std::optional<ReadChunk> read = outbound_.NextRead();
    ASSERT_TRUE(read);
    Serve(outbound_, *read);
    const v1::Chunk chunk = *outbound_.TakeChunk();
    outbound_.Acknowledge(EndOf(chunk));
    ++chunks[ShareOf("se/17", chunk.log())];
  }
  EXPECT_EQ(chunks, (std::map<std::string, int>{{"", 200}, {"se/17/a", 100}, {"se/17/b", 100}}));
}

TEST_F(OutboundTest, WhatIsAcknowledgedIsToldOnce) {
  Prove();
  std::map<std::string, uint64_t> news = outbound_.TakeAcknowledged();
  EXPECT_EQ(news.size(), 3u);
  EXPECT_EQ(news["se/17@1"], kProbeBytesMax / kEntryBytes);
  EXPECT_TRUE(outbound_.TakeAcknowledged().empty());
}

TEST_F(OutboundTest, ProblemsAreAFewTheOwnFirstAndACount) {
  for (int i = 0; i < 1'000; ++i) outbound_.Stop("se/17/a/" + std::to_string(i) + "@1", "refused");
  outbound_.Stop("se/17@1", "the own");
  const std::vector<Problem> problems = outbound_.problems();
  ASSERT_EQ(problems.size(), kProblemsMax + 1);
  EXPECT_EQ(problems.front().text, "the own");
  EXPECT_EQ(problems.back().text, "As many logs as 1001 are hindered; these are the first.");
}

TEST_F(OutboundTest, ALogThatIsNeverAcknowledgedDoesNotHoldTheOthersUp) {
  outbound_.FrontierComplete();
  for (const v1::Chunk& probe : SendAll(outbound_)) {
    if (probe.log() != "se/17/a@1") outbound_.Acknowledge(EndOf(probe));
  }
  uint64_t reached = 0;
  for (int i = 0; i < 100; ++i) {
    for (const v1::Chunk& chunk : SendAll(outbound_)) {
      ASSERT_NE(chunk.log(), "se/17/a@1");
      outbound_.Acknowledge(EndOf(chunk));
      reached = std::max(reached, EndOf(chunk).size);
    }
  }
  EXPECT_EQ(reached, 100'000u);
}

TEST_F(OutboundTest, AnOldReadIsDroppedAfterARewind) {
  Outbound outbound("se/17");
  outbound.Advance("se/17@1", 100);
  outbound.FrontierComplete();
  std::optional<ReadChunk> old = outbound.NextRead();
  ASSERT_TRUE(old);
  outbound.PeerHolds({"se/17@1", 0, merkle::EmptyRoot()});
  std::optional<ReadChunk> again = outbound.NextRead();
  ASSERT_TRUE(again);
  Serve(outbound, *old);
  EXPECT_FALSE(outbound.TakeChunk());
  Serve(outbound, *again);
  EXPECT_TRUE(outbound.TakeChunk());
}

TEST_F(OutboundTest, APeerThatAsksAgainAndAgainIsGivenUp) {
  outbound_.FrontierComplete();
  for (int i = 0; i < kRewindsMax; ++i) {
    EXPECT_TRUE(outbound_.PeerHolds({"se/17@1", 0, merkle::EmptyRoot()}));
  }
  EXPECT_FALSE(outbound_.PeerHolds({"se/17@1", 0, merkle::EmptyRoot()}));
  EXPECT_TRUE(outbound_.IsStopped("se/17@1"));
}

TEST_F(OutboundTest, AnAcknowledgementWithAnotherRootIsADifference) {
  outbound_.FrontierComplete();
  std::vector<v1::Chunk> probes = SendAll(outbound_);
  Extent end = EndOf(probes[0]);
  end.root[0] = 1;
  EXPECT_EQ(outbound_.Acknowledge(end), Outbound::Ack::kDiffers);
  end.size -= 1;
  EXPECT_EQ(outbound_.Acknowledge(end), Outbound::Ack::kUnknown);
}

TEST_F(OutboundTest, LagCountsWhatIsNotAcknowledged) {
  EXPECT_EQ(outbound_.lag_entries(), 300'000u);
  outbound_.PeerHolds({"se/17@1", 100'000, merkle::Hash{}});
  outbound_.Agree({"se/17@1", 100'000, merkle::Hash{}});
  EXPECT_EQ(outbound_.lag_entries(), 200'000u);
}

}  // namespace
}  // namespace liggare::replication
