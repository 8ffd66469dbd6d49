// Whatever the order of deliveries, and wherever connections are cut, the tiers
// end with equal logs. Each run prints its seed; LIGGARE_SEED replays one.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "tests/replication/simulation.h"

namespace liggare::replication {
namespace {

constexpr int kRunCount = 60;
constexpr int kActionCount = 600;

class RandomRun {
 public:
  explicit RandomRun(uint64_t seed) : random_(seed) {
    for (const std::string& path : paths_) simulation_.AddNode(path);
  }

  void Act() {
    for (int i = 0; i < kActionCount; ++i) {
      switch (Pick(20)) {
        case 0:
          simulation_.Record(AnyPath(),
                             {1 + Pick(5), static_cast<size_t>(Pick(3)) * 9'000, 0, "event"});
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
        default:
          Step();
      }
      CheckPrefixes();
    }
  }

  void Settle() {
    for (const auto& [at, path] : enrolments_) simulation_.Enrol(at, path);
    for (const std::string& path : paths_) simulation_.Hold(path, false);
    for (const std::string& path : paths_) {
      if (path != "se" && !simulation_.IsConnected(path)) simulation_.Connect(path);
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

TEST(ConvergenceTest, TiersEndEqualWhateverTheSchedule) {
  const char* chosen = std::getenv("LIGGARE_SEED");
  const uint64_t first = chosen != nullptr ? std::stoull(chosen) : std::random_device()();
  for (uint64_t seed = first; seed < first + (chosen != nullptr ? 1 : kRunCount); ++seed) {
    SCOPED_TRACE("LIGGARE_SEED=" + std::to_string(seed));
    RandomRun run(seed);
    run.Act();
    run.Settle();
    run.CheckPrefixes();
    run.CheckConverged();
    if (testing::Test::HasFatalFailure()) return;
  }
  std::cout << "seeds " << first << " to " << first + kRunCount - 1 << "\n";
}

}  // namespace
}  // namespace liggare::replication
