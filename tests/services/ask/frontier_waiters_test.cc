#include "services/ask/frontier_waiters.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "proto/error/error.h"
#include "tests/services/state/report_events.h"
#include "tests/services/state/test_node.h"

namespace liggare::ask {
namespace {

using testing::kVarmland;
using testing::kVarmlandRapport;
using testing::ManualClock;
using testing::Submitted;
using testing::TestNode;

constexpr char kCaller[] = "spiffe://po.example.se/se/17/system/a";

class FrontierWaitersTest : public ::testing::Test {
 protected:
  v1::AwaitFrontierRequest Held(const std::string& log, uint64_t size) {
    v1::AwaitFrontierRequest request;
    v1::LogPosition& position = *request.add_positions();
    position.set_log(log);
    position.set_next_index(size);
    return request;
  }
  FrontierWaiters::Done Note(std::optional<absl::Status>& answer) {
    return [&answer](absl::Status status) {
      EXPECT_FALSE(answer.has_value()) << "answered twice";
      answer = std::move(status);
    };
  }

  ManualClock clock_;
  TestNode county_{"se/17", clock_};
  TestNode varmland_{std::string(kVarmland), clock_};
  const std::string county_log_ = county_.log().own_log();
  const std::string varmland_log_ = varmland_.log().own_log();
};

TEST_F(FrontierWaitersTest, WhatIsHeldIsAnsweredAtOnce) {
  varmland_.Record(Submitted(kVarmlandRapport, 1, 1));
  FrontierWaiters waiters(varmland_.log());
  std::optional<absl::Status> answer;
  waiters.Wait(Held(varmland_log_, 1), kCaller, Note(answer));
  EXPECT_EQ(answer, absl::OkStatus());
  std::optional<absl::Status> of_nothing;
  waiters.Wait(v1::AwaitFrontierRequest(), kCaller, Note(of_nothing));
  EXPECT_EQ(of_nothing, absl::OkStatus());
}

TEST_F(FrontierWaitersTest, WaiterIsAnsweredByTheCommitThatBringsTheLastEntry) {
  FrontierWaiters waiters(varmland_.log());
  std::optional<absl::Status> answer;
  waiters.Wait(Held(varmland_log_, 2), kCaller, Note(answer));
  varmland_.Record(Submitted(kVarmlandRapport, 1, 1));
  EXPECT_FALSE(answer.has_value());
  varmland_.Record(Submitted(kVarmlandRapport, 2, 2));
  EXPECT_EQ(answer, absl::OkStatus());
}

TEST_F(FrontierWaitersTest, LogThatIsNotHeldYetMayCome) {
  varmland_.Record(Submitted(kVarmlandRapport, 1, 1));
  FrontierWaiters waiters(county_.log());
  v1::AwaitFrontierRequest request = Held(varmland_log_, 1);
  *request.add_positions() = Held(county_log_, 2).positions(0);
  std::optional<absl::Status> answer;
  waiters.Wait(request, kCaller, Note(answer));
  county_.Receive(varmland_, varmland_log_);  // With the county's own Received, 0.
  EXPECT_FALSE(answer.has_value());
  county_.Record(Submitted("rapport/2024/se/17", 1, 1));
  EXPECT_EQ(answer, absl::OkStatus());
}

TEST_F(FrontierWaitersTest, CancelledWaiterIsNeverAnswered) {
  FrontierWaiters waiters(varmland_.log());
  std::optional<absl::Status> answer;
  const FrontierWaiters::Ticket ticket =
      waiters.Wait(Held(varmland_log_, 1), kCaller, Note(answer));
  EXPECT_TRUE(waiters.Cancel(ticket));
  EXPECT_FALSE(waiters.Cancel(ticket));
  varmland_.Record(Submitted(kVarmlandRapport, 1, 1));
  EXPECT_FALSE(answer.has_value());
}

TEST_F(FrontierWaitersTest, AnsweredWaiterCannotBeCancelled) {
  FrontierWaiters waiters(varmland_.log());
  std::optional<absl::Status> answer;
  const FrontierWaiters::Ticket ticket =
      waiters.Wait(Held(varmland_log_, 0), kCaller, Note(answer));
  EXPECT_EQ(answer, absl::OkStatus());
  EXPECT_FALSE(waiters.Cancel(ticket));
}

TEST_F(FrontierWaitersTest, StopAnswersUnavailable) {
  FrontierWaiters waiters(varmland_.log());
  std::optional<absl::Status> waiting;
  waiters.Wait(Held(varmland_log_, 1), kCaller, Note(waiting));
  waiters.Stop();
  ASSERT_TRUE(waiting.has_value());
  EXPECT_EQ(ErrorOf(*waiting).code(), v1::ERROR_CODE_UNAVAILABLE);
  std::optional<absl::Status> later;
  waiters.Wait(Held(varmland_log_, 1), kCaller, Note(later));
  ASSERT_TRUE(later.has_value());
  EXPECT_EQ(ErrorOf(*later).code(), v1::ERROR_CODE_UNAVAILABLE);
}

TEST_F(FrontierWaitersTest, NameThatIsNoLogIsRefused) {
  FrontierWaiters waiters(varmland_.log());
  std::optional<absl::Status> answer;
  waiters.Wait(Held("se/17/varmland", 1), kCaller, Note(answer));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(ErrorOf(*answer).code(), v1::ERROR_CODE_INVALID_FIELD);
  EXPECT_EQ(ErrorOf(*answer).field(), "positions[0].log");
}

TEST_F(FrontierWaitersTest, NoMoreWaitThanTheLimit) {
  std::vector<std::optional<absl::Status>> answers(kWaitersMax + 1);
  FrontierWaiters waiters(varmland_.log());  // Answers those that wait when it dies.
  for (size_t i = 0; i < answers.size(); ++i) {
    waiters.Wait(Held(varmland_log_, 1), std::to_string(i), Note(answers[i]));
  }
  EXPECT_FALSE(answers[kWaitersMax - 1].has_value());
  ASSERT_TRUE(answers.back().has_value());
  EXPECT_EQ(ErrorOf(*answers.back()).code(), v1::ERROR_CODE_UNAVAILABLE);
}

TEST_F(FrontierWaitersTest, OneCallerLeavesRoomForOthers) {
  std::vector<std::optional<absl::Status>> flood(kWaitersMax);
  std::optional<absl::Status> other;
  FrontierWaiters waiters(varmland_.log());
  size_t waiting = 0;
  FrontierWaiters::Ticket first = 0;
  for (auto& answer : flood) {
    const auto ticket = waiters.Wait(Held(varmland_log_, 1), kCaller, Note(answer));
    if (waiting == 0) first = ticket;
    if (!answer.has_value()) ++waiting;
  }
  EXPECT_EQ(waiting, kWaitersMax / 2);
  waiters.Wait(Held(varmland_log_, 1), "another", Note(other));
  EXPECT_FALSE(other.has_value());
  // What has ended, however it ended, is no longer counted.
  EXPECT_TRUE(waiters.Cancel(first));
  varmland_.Record(Submitted(kVarmlandRapport, 1, 1));
  EXPECT_EQ(other, absl::OkStatus());
  for (auto& answer : flood) {
    answer.reset();
    waiters.Wait(Held(varmland_log_, 2), kCaller, Note(answer));
  }
  EXPECT_FALSE(flood[kWaitersMax / 2 - 1].has_value());
  EXPECT_TRUE(flood[kWaitersMax / 2].has_value());
}

TEST_F(FrontierWaitersTest, LogsToWaitForAreLimited) {
  FrontierWaiters waiters(varmland_.log());
  v1::AwaitFrontierRequest request;
  for (int i = 0; i < kAwaitedLogsMax; ++i) {
    request.add_positions()->set_log("se/17/a@" + std::to_string(i + 1));
  }
  std::optional<absl::Status> at_the_limit;
  waiters.Wait(request, kCaller, Note(at_the_limit));
  EXPECT_EQ(at_the_limit, absl::OkStatus());
  request.add_positions()->set_log("se/17/b@1");
  std::optional<absl::Status> beyond;
  waiters.Wait(request, kCaller, Note(beyond));
  ASSERT_TRUE(beyond.has_value());
  EXPECT_EQ(ErrorOf(*beyond).code(), v1::ERROR_CODE_LIMIT_EXCEEDED);
}

}  // namespace
}  // namespace liggare::ask
