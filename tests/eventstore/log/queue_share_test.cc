// How the callers of a node share its queue.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "eventstore/log/write/sequencer.h"
#include "proto/error/error.h"
#include "tests/eventstore/log/test_node.h"
#include "tests/testing/memory_database.h"

namespace liggare::log {
namespace {

using testing::MakeEventId;
using testing::MakeSubmission;
using testing::TestNode;

constexpr char kSubject[] = "verksamhet/se/17/a";

class QueueShareTest : public ::testing::Test {
 protected:
  enum class Answer { kWaits, kRecorded, kRefused };

  // `count` submissions by the caller; what becomes of them is in the answer, which
  // lives as long as the test.
  const Answer& Send(const std::string& caller, size_t count, size_t payload_bytes = 8) {
    std::vector<Submission> submissions;
    for (size_t i = 0; i < count; ++i) {
      submissions.push_back(MakeSubmission(MakeEventId(++next_id_), kSubject, payload_bytes));
      submissions.back().principal = caller;
    }
    Answer& answer = answers_.emplace_back(Answer::kWaits);
    node_.sequencer().Record(std::move(submissions), [&answer, this](auto results) {
      answer = results.front().ok() ? Answer::kRecorded : Answer::kRefused;
      if (results.front().ok()) return;
      const v1::Error error = ErrorOf(results.front().status());
      EXPECT_EQ(error.code(), v1::ERROR_CODE_UNAVAILABLE);
      last_message_ = error.message();
    });
    return answer;
  }
  // Sends until it is refused; how many submissions were taken.
  size_t Flood(const std::string& caller, size_t batch) {
    size_t taken = 0;
    while (Send(caller, batch) == Answer::kWaits) taken += batch;
    return taken;
  }
  // How many commits it takes until the answer is there.
  size_t StepsUntil(const Answer& answer) {
    size_t steps = 0;
    while (answer == Answer::kWaits && node_.sequencer().Step()) ++steps;
    return steps;
  }

  // Before the node, which answers what is queued when it ends.
  std::deque<Answer> answers_;
  std::string last_message_;
  testing::MemoryDatabase database_;
  TestNode node_{database_, "se/17/a"};
  uint64_t next_id_ = 0;
};

TEST_F(QueueShareTest, CallerMayHaveWaitingWhatIsStillFreeAndNoMore) {
  Send("a", kQueueCommandsMax / 4);
  EXPECT_EQ(Send("a", kQueueCommandsMax / 4), Answer::kWaits);
  EXPECT_EQ(Send("a", 1), Answer::kRefused);
  EXPECT_THAT(last_message_, ::testing::HasSubstr("the share of a in the node's queue is full"));
  EXPECT_EQ(Send("b", kQueueCommandsMax / 2), Answer::kWaits);
  EXPECT_EQ(Send("c", 1), Answer::kRefused);
  EXPECT_THAT(last_message_, ::testing::HasSubstr("the node's queue is full"));
}

TEST_F(QueueShareTest, OneMoreThanTheShareIsRefused) {
  Send("a", kQueueCommandsMax / 4);
  EXPECT_EQ(Send("a", kQueueCommandsMax / 4 + 1), Answer::kRefused);
}

TEST_F(QueueShareTest, BytesAreSharedLikeCommands) {
  constexpr size_t kEventBytes = kDataBytesMax / 2;
  size_t taken = 0;
  while (Send("a", 1, kEventBytes) == Answer::kWaits) ++taken;
  EXPECT_NEAR(static_cast<double>(taken * kEventBytes), kQueueBytesMax / 2.0, 4.0 * kEventBytes);
  EXPECT_EQ(Send("b", 1, kEventBytes), Answer::kWaits);
}

TEST_F(QueueShareTest, FloodOfOneCallerDelaysAnotherByABoundedNumberOfCommits) {
  EXPECT_GE(Flood("flood", 64), kQueueCommandsMax / 2 - 64);
  const Answer& other = Send("other", 1);
  EXPECT_EQ(StepsUntil(other), kQueueCommandsMax / 2 / kCommitEntriesMax + 1);
  EXPECT_EQ(other, Answer::kRecorded);
}

TEST_F(QueueShareTest, ManyThatFloodLeaveRoomForOneMore) {
  for (int i = 0; i < 8; ++i) {
    EXPECT_GE(Flood("flood" + std::to_string(i), 16), 16u) << i;
  }
  const Answer& other = Send("other", 16);
  StepsUntil(other);
  EXPECT_EQ(other, Answer::kRecorded);
}

TEST_F(QueueShareTest, FloodNeverKeepsAChunkOut) {
  testing::MemoryDatabase database;
  TestNode child(database, "se/17/a/b");
  child.RecordSome(1);
  Flood("flood", 64);
  ChunkVerdict verdict = node_.Verify(child.MakeChunk("se/17/a/b@1", 0, 1));
  ASSERT_EQ(verdict.fault, ChunkFault::kNone) << verdict.status;
  std::optional<absl::Status> stored;
  node_.sequencer().Store(std::move(verdict.verified), [&stored](absl::Status status, const auto&) {
    stored = std::move(status);
  });
  while (!stored.has_value() && node_.sequencer().Step()) {
  }
  EXPECT_EQ(stored, absl::OkStatus());
}

TEST_F(QueueShareTest, WhatHasBeenAnsweredIsNoShareAnyMore) {
  Flood("a", 64);
  while (node_.sequencer().Step()) {
  }
  EXPECT_GE(Flood("a", 64), kQueueCommandsMax / 2 - 64);
}

}  // namespace
}  // namespace liggare::log
