#include "services/node/alarm_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace liggare::node {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr int64_t kNowMs = 1'750'000'000'000;

class ManualTimer : public work::Timer {
 public:
  void After(int64_t, std::function<void()> closure) override {
    due_.push_back(std::move(closure));
  }
  int64_t SteadyMs() override { return steady_ms_; }
  void Pass(int64_t ms) {
    steady_ms_ += ms;
    for (auto& closure : std::exchange(due_, {})) closure();
  }

 private:
  std::vector<std::function<void()>> due_;
  int64_t steady_ms_ = 1;
};

class AlarmWatchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    before_ = spdlog::default_logger();
    spdlog::set_default_logger(std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_st>(log_)));
    watch_ = std::make_shared<AlarmWatch>(AlarmWatch::Parts{.path = "se/17",
                                                            .alarms = [this] { return alarms_; },
                                                            .now_ms = [this] { return now_ms_; },
                                                            .timer = timer_,
                                                            .workers = workers_});
    watch_->Look();
  }
  void TearDown() override {
    watch_->Stop();
    spdlog::set_default_logger(before_);
  }
  // What is logged while the time passes.
  std::string Pass(int64_t ms) {
    log_.str("");
    now_ms_ += ms;
    timer_.Pass(ms);
    while (workers_.Step()) {
    }
    return log_.str();
  }

  std::shared_ptr<spdlog::logger> before_;
  std::ostringstream log_;
  std::vector<replication::Alarm> alarms_;
  int64_t now_ms_ = kNowMs;
  ManualTimer timer_;
  work::WorkerPool workers_{0};
  std::shared_ptr<AlarmWatch> watch_;
};

TEST_F(AlarmWatchTest, AnAlarmHasATimeAndALineOnceADayAndOneWhenItIsOver) {
  alarms_ = {{.log = "se/17@1", .message = "1 entry waits", .advice = "Act.", .key = "waits"}};
  EXPECT_THAT(Pass(kAlarmLookMs), HasSubstr("se/17: alarm: se/17@1: 1 entry waits; Act."));
  const int64_t since_ms = now_ms_;
  alarms_[0].message = "2 entries wait";  // The same alarm, by its key.
  EXPECT_EQ(Pass(kAlarmLookMs), "");
  ASSERT_THAT(watch_->Alarms(), SizeIs(1));
  EXPECT_EQ(watch_->Alarms()[0].since_ms, since_ms);
  EXPECT_EQ(watch_->Alarms()[0].message, "2 entries wait");
  EXPECT_THAT(Pass(kAlarmAgainMs), HasSubstr("2 entries wait"));
  alarms_.clear();
  EXPECT_EQ(Pass(kAlarmLookMs), "");  // It may come again with the next session.
  EXPECT_THAT(Pass(kAlarmRestMs), HasSubstr("se/17: no alarm any more: 2 entries wait"));
}

TEST_F(AlarmWatchTest, AnAlarmThatComesBackWithTheNextSessionIsTheSame) {
  alarms_ = {{.message = "waits"}};
  Pass(kAlarmLookMs);
  const int64_t since_ms = now_ms_;
  const std::vector<replication::Alarm> standing = std::exchange(alarms_, {});
  Pass(kAlarmRestMs - 1);
  alarms_ = standing;
  EXPECT_EQ(Pass(1), "");
  EXPECT_EQ(watch_->Alarms().at(0).since_ms, since_ms);
  alarms_.clear();
  Pass(kAlarmRestMs);
  alarms_ = standing;
  EXPECT_THAT(Pass(1), HasSubstr("alarm: waits"));
  EXPECT_GT(watch_->Alarms().at(0).since_ms, since_ms);
}

TEST_F(AlarmWatchTest, UntilWhenIsSaidAndNothingInALineBeginsAnother) {
  alarms_ = {{.message = "a\nb", .until_ms = 1'736'845'953'120}};
  const std::string line = Pass(kAlarmLookMs);
  EXPECT_THAT(line, HasSubstr("a\\u000ab; until 2025-01-14T09:12:33Z"));
  EXPECT_THAT(line, Not(HasSubstr("a\nb")));
}

}  // namespace
}  // namespace liggare::node
