// A driver stepped in one thread, over a transport that does what it is told.
#include "services/replication/drive/session_driver.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <vector>

#include "services/replication/session/limits.h"
#include "tests/services/replication/node_under_test.h"

namespace liggare::replication {
namespace {

// Keeps the closures until the test lets time pass.
class ManualTimer : public work::Timer {
 public:
  void After(int64_t, std::function<void()> closure) override {
    waiting_.push_back(std::move(closure));
  }
  int64_t SteadyMs() override { return steady_ms_; }
  void Pass(int64_t ms) { steady_ms_ += ms; }
  void RunAll() {
    for (auto& closure : std::exchange(waiting_, {})) closure();
  }

 private:
  std::vector<std::function<void()>> waiting_;
  int64_t steady_ms_ = 0;
};

// Takes the first frame and never finishes writing it.
class StuckStream : public FrameStream {
 public:
  void Write(v1::Frame) override { ++frames_; }
  void Read() override {}
  void Close(const absl::Status& status) override { closed_ = status; }
  int frames() const { return frames_; }
  const std::optional<absl::Status>& closed() const { return closed_; }

 private:
  int frames_ = 0;
  std::optional<absl::Status> closed_;
};

TEST(SessionDriverTest, ASilentPeerIsLeftThoughAWriteToItNeverEnds) {
  TestHost host;
  NodeUnderTest county(host, "se/17");
  work::WorkerPool workers(0);
  ManualTimer timer;
  int64_t now_ms = kNowMs;
  testing::ScratchDirectory evidence;
  ReplicationNode node({.log = *county.log,
                        .sequencer = *county.sequencer,
                        .keys = *county.keys,
                        .workers = workers,
                        .timer = timer,
                        .now_ms = [&now_ms] { return now_ms; },
                        .random = RandomBytes,
                        .evidence_directory = evidence.path()});
  StuckStream stream;
  auto driver =
      std::make_shared<SessionDriver>(node, SessionEnds{Side::kChild, "se/17", "se"}, "se", stream);
  driver->Start({});
  const auto pass_a_second = [&] {
    now_ms += 1'000;
    timer.Pass(1'000);
    timer.RunAll();
    while (workers.Step()) {
    }
  };
  const int64_t silence_s = kSilenceMaxMs / 1'000;
  for (int64_t i = 0; i < silence_s; ++i) pass_a_second();
  EXPECT_EQ(stream.frames(), 1);
  EXPECT_FALSE(stream.closed().has_value());
  // A clock that jumps back keeps it no longer.
  now_ms -= 1'000'000;
  for (int i = 0; i < 3; ++i) pass_a_second();
  now_ms += 2'000'000;
  for (int i = 0; i < 6; ++i) pass_a_second();
  ASSERT_TRUE(stream.closed().has_value());
  EXPECT_TRUE(absl::IsUnavailable(*stream.closed()));
}

}  // namespace
}  // namespace liggare::replication
