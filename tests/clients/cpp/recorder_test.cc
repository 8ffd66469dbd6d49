#include "clients/cpp/recorder.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "proto/error/error.h"
#include "tests/clients/cpp/fake_server.h"

namespace liggare::client {
namespace {

using testing::FakeServer;

constexpr int kEvents = 500;

v1::Submission MakeSubmission(int n) {
  v1::Submission submission;
  submission.set_data("event " + std::to_string(n));
  return submission;
}

std::vector<std::string> ExpectedData(int count) {
  std::vector<std::string> data;
  for (int n = 0; n < count; ++n) data.push_back(MakeSubmission(n).data());
  return data;
}

// Collects the answers and checks that they come in order.
struct Answers {
  std::vector<v1::RecordResult> results;

  Recorder::Answered Callback() {
    return [this](uint64_t sequence, const v1::RecordResult& result) {
      EXPECT_EQ(sequence, results.size());
      results.push_back(result);
    };
  }
  int Refused() const {
    int count = 0;
    for (const v1::RecordResult& result : results) count += result.has_error() ? 1 : 0;
    return count;
  }
};

RecorderOptions SmallWindow() {
  RecorderOptions options;
  options.window_events_max = 64;
  options.batch_events_max = 16;
  options.retry_min = std::chrono::milliseconds(1);
  return options;
}

TEST(RecorderTest, EveryEventIsAnsweredOnceInOrder) {
  FakeServer server;
  const auto connection = server.Connect();
  Answers answers;
  Recorder recorder(*connection, SmallWindow(), answers.Callback());
  for (int n = 0; n < kEvents; ++n) ASSERT_TRUE(recorder.Submit(MakeSubmission(n)).ok());
  ASSERT_TRUE(recorder.Finish().ok());
  EXPECT_EQ(answers.results.size(), size_t{kEvents});
  EXPECT_EQ(server.service.recorded(), ExpectedData(kEvents));
  EXPECT_EQ(server.service.streams(), 1);
}

TEST(RecorderTest, BrokenStreamIsResumedWithoutLossOrDisorder) {
  FakeServer server;
  server.service.break_after = {3, 1, 7};
  const auto connection = server.Connect();
  Answers answers;
  Recorder recorder(*connection, SmallWindow(), answers.Callback());
  for (int n = 0; n < kEvents; ++n) ASSERT_TRUE(recorder.Submit(MakeSubmission(n)).ok());
  ASSERT_TRUE(recorder.Finish().ok());
  EXPECT_EQ(answers.results.size(), size_t{kEvents});
  EXPECT_EQ(answers.Refused(), 0);
  EXPECT_EQ(server.service.recorded(), ExpectedData(kEvents));
  EXPECT_EQ(server.service.streams(), 4);
}

TEST(RecorderTest, RefusedEventDoesNotStopTheOthers) {
  FakeServer server;
  server.service.answer = [](const v1::Submission& submission) {
    v1::RecordResult result;
    if (submission.data() == "event 7") {
      result.mutable_error()->set_code(v1::ERROR_CODE_NOT_AUTHORISED);
    } else {
      result.mutable_recorded()->set_log("se/17@1");
    }
    return result;
  };
  const auto connection = server.Connect();
  Answers answers;
  Recorder recorder(*connection, SmallWindow(), answers.Callback());
  for (int n = 0; n < kEvents; ++n) ASSERT_TRUE(recorder.Submit(MakeSubmission(n)).ok());
  ASSERT_TRUE(recorder.Finish().ok());
  ASSERT_EQ(answers.results.size(), size_t{kEvents});
  EXPECT_EQ(answers.Refused(), 1);
  EXPECT_TRUE(answers.results[7].has_error());
}

TEST(RecorderTest, OversizedEventIsRefusedAndStopsNothing) {
  FakeServer server;
  const auto connection = server.Connect();
  Answers answers;
  Recorder recorder(*connection, RecorderOptions(), answers.Callback());
  v1::Submission submission;
  submission.set_data(std::string(kSubmissionBytesMax - 3, 'x'));
  ASSERT_EQ(submission.ByteSizeLong(), kSubmissionBytesMax + 1);
  const absl::Status refused = recorder.Submit(submission);
  EXPECT_EQ(ErrorOf(refused).code(), v1::ERROR_CODE_LIMIT_EXCEEDED);
  submission.mutable_data()->pop_back();
  EXPECT_TRUE(recorder.Submit(submission).ok());
  EXPECT_TRUE(recorder.Submit(MakeSubmission(1)).ok());
  ASSERT_TRUE(recorder.Finish().ok());
  EXPECT_EQ(answers.results.size(), 2u);
  EXPECT_EQ(answers.Refused(), 0);
}

TEST(RecorderTest, EventThatTheServerCannotTakeNowIsSentAgainBeforeThoseAfterIt) {
  FakeServer server;
  std::atomic<int> refusals{3};
  server.service.answer = [&refusals](const v1::Submission& submission) {
    v1::RecordResult result;
    if (submission.data() == "event 20" && refusals-- > 0) {
      result.mutable_error()->set_code(v1::ERROR_CODE_UNAVAILABLE);
    } else {
      result.mutable_recorded()->set_log("se/17@1");
    }
    return result;
  };
  const auto connection = server.Connect();
  Answers answers;
  Recorder recorder(*connection, SmallWindow(), answers.Callback());
  for (int n = 0; n < kEvents; ++n) ASSERT_TRUE(recorder.Submit(MakeSubmission(n)).ok());
  ASSERT_TRUE(recorder.Finish().ok());
  EXPECT_EQ(answers.results.size(), size_t{kEvents});
  EXPECT_EQ(answers.Refused(), 0);
  EXPECT_EQ(server.service.recorded().size(), size_t{kEvents});
}

TEST(RecorderTest, ServerThatIsNotThereIsAnErrorWhenTryingEnds) {
  FakeServer server;
  ConnectionOptions options = server.Options();
  options.address = "127.0.0.1:1";
  const auto connection = Connection::Open(options, testing::kValidAtS);
  ASSERT_TRUE(connection.ok());
  RecorderOptions recorder_options = SmallWindow();
  recorder_options.retry_for = std::chrono::milliseconds(0);
  Answers answers;
  Recorder recorder(**connection, recorder_options, answers.Callback());
  (void)recorder.Submit(MakeSubmission(0));
  const absl::Status status = recorder.Finish();
  EXPECT_EQ(ErrorOf(status).code(), v1::ERROR_CODE_UNAVAILABLE);
  EXPECT_FALSE(recorder.Submit(MakeSubmission(1)).ok());
  EXPECT_TRUE(answers.results.empty());
}

TEST(RecorderTest, RecorderThatIsDroppedEnds) {
  FakeServer server;
  const auto connection = server.Connect();
  Answers answers;
  Recorder recorder(*connection, {}, answers.Callback());
  (void)recorder.Submit(MakeSubmission(0));
}

TEST(RecorderTest, NothingSubmittedOpensNoStream) {
  FakeServer server;
  const auto connection = server.Connect();
  Answers answers;
  Recorder recorder(*connection, {}, answers.Callback());
  EXPECT_TRUE(recorder.Finish().ok());
  EXPECT_EQ(server.service.streams(), 0);
}

}  // namespace
}  // namespace liggare::client
