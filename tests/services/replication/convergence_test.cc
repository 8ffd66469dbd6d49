// Whatever the order of deliveries, and wherever connections are cut, the tiers
// end with equal logs. Each run prints its seed; LIGGARE_SEED replays one.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/services/replication/simulation.h"
#include "tests/testing/seed.h"

namespace liggare::replication {
namespace {

constexpr size_t kRunCount = 60;
constexpr int kActionCount = 600;
constexpr int64_t kAheadMs = 6 * 60 * 1000;
constexpr int64_t kTickMs = 10'000;

class RandomRun {
 public:
  explicit RandomRun(uint64_t seed) : random_(seed) {
    for (const std::string& path : paths_) simulation_.AddNode(path);
  }

  void Act() {
    for (int i = 0; i < kActionCount; ++i) {
      switch (Pick(20)) {
        case 0:
          simulation_.Record(AnyPath(), AnyRecording());
          break;
        case 1:
          simulation_.Connect(AnyChild());
          break;
        case 2:
          if (Pick(3) == 0) simulation_.Cut(AnyChild());
          break;
        case 3:
          EnrolOne();
          break;
        case 4:
          simulation_.Hold(AnyPath(), Pick(2) == 0);
          break;
        case 5:
          simulation_.Tick(Pick(3'000));
          break;
        case 6:
          InjectOne();
          break;
        default:
          Step();
      }
      CheckPrefixes();
    }
  }

  void Settle() {
    for (const auto& [at, path] : enrolments_) simulation_.Enrol(at, path);
    for (const std::string& path : paths_) simulation_.Hold(path, false);
    ASSERT_TRUE(simulation_.RunUntilIdle());
    // What was injected before a hello has ended sessions. From here on none is
    // dialled again: those that live must come to the end by themselves.
    for (const std::string& path : paths_) {
      if (path != "se" && !simulation_.IsConnected(path)) simulation_.Connect(path);
    }
    // Until no clock is ahead; the sessions stay, for nothing is silent so long.
    for (int64_t ms = 0; ms < kAheadMs; ms += kTickMs) {
      ASSERT_TRUE(simulation_.RunUntilIdle());
      simulation_.Tick(kTickMs);
    }
    ASSERT_TRUE(simulation_.RunUntilIdle());
  }

  // Every ancestor's copy is a prefix of the log at its origin.
  void CheckPrefixes() const {
    for (const std::string& holder : paths_) {
      for (const auto& [name, copy] : simulation_.LogsOf(holder)) {
        const std::string origin = name.substr(0, name.find('@'));
        const SimulatedLog* log = simulation_.Find(origin, name);
        ASSERT_LE(copy.size(), log->size()) << name << " at " << holder;
        ASSERT_EQ(copy.Held(), log->At(copy.size())) << name << " at " << holder;
      }
    }
  }

  void CheckConverged() const {
    for (const std::string& holder : paths_) {
      ASSERT_EQ(simulation_.alarm_count(holder), 0u);
      ASSERT_TRUE(simulation_.recording(holder)) << simulation_.Show(holder);
      for (const std::string& origin : paths_) {
        if (origin.starts_with(holder + "/")) CheckEqual(holder, origin);
      }
    }
    CheckEqual("se/17", "se");
    CheckEqual("se/18", "se");
  }

 private:
  int Pick(int below) { return static_cast<int>(random_() % static_cast<uint64_t>(below)); }
  const std::string& AnyPath() {
    return paths_[static_cast<size_t>(Pick(static_cast<int>(paths_.size())))];
  }
  const std::string& AnyChild() {
    return paths_[static_cast<size_t>(1 + Pick(static_cast<int>(paths_.size()) - 1))];
  }

  Simulation::Recording AnyRecording() {
    Simulation::Recording recording;
    recording.count = 1 + Pick(5);
    recording.bytes = static_cast<size_t>(Pick(3)) * 9'000;
    if (Pick(8) == 0) recording.ahead_ms = kAheadMs;
    return recording;
  }

  // A chunk of a child's own log, from anywhere in it: a repetition, an overlap or
  // a gap.
  void InjectOne() {
    const std::string child = AnyChild();
    const std::string log = child + "@1";
    const int size = static_cast<int>(simulation_.Find(child, log)->size());
    if (!simulation_.IsLive(child) || size == 0) return;
    const uint64_t first = static_cast<uint64_t>(Pick(size));
    const uint64_t end = first + 1 + static_cast<uint64_t>(Pick(size - static_cast<int>(first)));
    v1::Frame frame;
    *frame.mutable_chunk() = simulation_.MakeChunk(child, log, first, end);
    simulation_.Inject(child, child.substr(0, child.rfind('/')), std::move(frame));
  }

  void EnrolOne() {
    const auto& [at, path] =
        enrolments_[static_cast<size_t>(Pick(static_cast<int>(enrolments_.size())))];
    simulation_.Enrol(at, path);
  }

  void Step() {
    std::vector<Simulation::StepFunction> steps = simulation_.Steps();
    if (!steps.empty()) steps[static_cast<size_t>(Pick(static_cast<int>(steps.size())))]();
  }

  void CheckEqual(const std::string& holder, const std::string& origin) const {
    const std::string name = origin + "@1";
    const SimulatedLog* copy = simulation_.Find(holder, name);
    const SimulatedLog* log = simulation_.Find(origin, name);
    if (log->size() == 0) return;
    ASSERT_NE(copy, nullptr) << name << " at " << holder;
    ASSERT_EQ(copy->Held(), log->Held()) << simulation_.Show(holder) << simulation_.Show(origin);
  }

  std::mt19937_64 random_;
  Simulation simulation_;
  const std::vector<std::string> paths_ = {"se",      "se/17",   "se/18",
                                           "se/17/a", "se/17/b", "se/17/a/x"};
  const std::vector<std::pair<std::string, std::string>> enrolments_ = {
      {"se", "se/17"},      {"se", "se/18"},        {"se", "se/17/a"},
      {"se", "se/17/b"},    {"se", "se/17/a/x"},    {"se/17", "se/17/a"},
      {"se/17", "se/17/b"}, {"se/17", "se/17/a/x"}, {"se/17/a", "se/17/a/x"}};
};

void ExpectConvergence(uint32_t seed) {
  SCOPED_TRACE(testing::HowToRepeat(seed));
  RandomRun run(seed);
  run.Act();
  run.Settle();
  run.CheckPrefixes();
  run.CheckConverged();
}

TEST(ConvergenceTest, TiersEndEqualWhateverTheSchedule) {
  std::vector<uint32_t> seeds = testing::TestSeeds();
  for (const uint32_t fresh = seeds.back(); !testing::GivenSeed() && seeds.size() < kRunCount;) {
    seeds.push_back(fresh + static_cast<uint32_t>(seeds.size()));
  }
  for (const uint32_t seed : seeds) {
    ExpectConvergence(seed);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

// 4192488910: both ends of a session ended at once, each with a full wire.
TEST(ConvergenceTest, SchedulesThatOnceFailedConverge) { ExpectConvergence(4'192'488'910); }

}  // namespace
}  // namespace liggare::replication
