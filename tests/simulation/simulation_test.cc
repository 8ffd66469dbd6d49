// The simulator as a test: a bounded number of seeds, those that once failed, and
// proof that what it looks for it would find.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "tests/simulation/run.h"
#include "tests/testing/seed.h"

namespace liggare::simulation {
namespace {

// Chosen so that they take about a minute on two cores.
constexpr uint64_t kSeeds = 350;
constexpr size_t kLastLines = 80;
constexpr uint64_t kHostileSeeds = 20;  // From each of three on.

// What a person needs who looks for the reason.
std::string Report(uint64_t seed, bool hostile, const Violation& violation) {
  const RunResult again = RunSeed({.seed = seed, .trace = true, .plants = {}, .hostile = hostile});
  std::string text = "seed " + std::to_string(seed) + ": " + InvariantName(violation.invariant) +
                     ": " + violation.detail + "\nsimulator --seeds 1 --start " +
                     std::to_string(seed) + (hostile ? " --hostile" : "") + " --trace ends with\n";
  const size_t lines = again.trace.size();
  for (size_t i = lines > kLastLines ? lines - kLastLines : 0; i < lines; ++i) {
    text += again.trace[i] + "\n";
  }
  return text;
}

void ExpectHolds(uint64_t seed) {
  const RunResult result = RunSeed({.seed = seed, .trace = false, .plants = {}});
  if (result.violation) ADD_FAILURE() << Report(seed, /*hostile=*/false, *result.violation);
}

TEST(SimulationTest, EveryPromiseHoldsOverManySeeds) {
  for (uint64_t seed = 1; seed <= kSeeds && !HasFailure(); ++seed) ExpectHolds(seed);
}

// Each was a bug of the product; tests/simulation/README.md says which.
TEST(SimulationTest, SeedsThatOnceFailedHold) {
  for (const uint64_t seed :
       {10,    24,     831,    1029,   1150,   1155,   1171,   1223,   1677,   1705,   1784,  1806,
        10151, 201146, 201571, 503692, 503953, 506320, 601976, 603243, 701936, 703385, 901763}) {
    ExpectHolds(seed);
  }
}

// One member of the tree misbehaves (misdeeds.h): the others do not notice, but for what it
// says itself.
TEST(SimulationTest, HonestNodesGoOnBesideAHostileOne) {
  std::map<Misdeed, uint64_t> done;
  for (const uint32_t first : testing::TestSeeds()) {
    SCOPED_TRACE(testing::HowToRepeat(first));
    for (uint64_t seed = first; seed < first + kHostileSeeds && !HasFailure(); ++seed) {
      const RunResult result =
          RunSeed({.seed = seed, .trace = false, .plants = {}, .hostile = true});
      if (result.violation) ADD_FAILURE() << Report(seed, /*hostile=*/true, *result.violation);
      for (const auto& [misdeed, count] : result.misdeeds) done[misdeed] += count;
    }
  }
  if (testing::GivenSeed()) return;
  for (int i = 0; i < kMisdeedCount; ++i) {
    EXPECT_GT(done[static_cast<Misdeed>(i)], 0u) << MisdeedName(static_cast<Misdeed>(i));
  }
}

// The first line that is not in both; nothing if there is none.
std::string FirstDifference(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  const auto [in_a, in_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (in_a == a.end() && in_b == b.end()) return "";
  return (in_a == a.end() ? "the end" : *in_a) + "\n" + (in_b == b.end() ? "the end" : *in_b);
}

TEST(SimulationTest, ASeedGivesTheSameTraceTwice) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    const RunOptions options{.seed = seed, .trace = true, .plants = {}};
    const RunResult first = RunSeed(options);
    const RunResult second = RunSeed(options);
    ASSERT_GT(first.trace.size(), 100u);
    ASSERT_EQ(FirstDifference(first.trace, second.trace), "") << "seed " << seed;
    EXPECT_EQ(first.fingerprint, second.fingerprint);
  }
}

TEST(SimulationTest, TracingChangesNothing) {
  const RunResult loud = RunSeed({.seed = 7, .trace = true, .plants = {}});
  const RunResult silent = RunSeed({.seed = 7, .trace = false, .plants = {}});
  EXPECT_EQ(loud.fingerprint, silent.fingerprint);
  EXPECT_EQ(loud.steps, silent.steps);
  EXPECT_TRUE(silent.trace.empty());
}

TEST(SimulationTest, AnotherSeedIsAnotherRun) {
  EXPECT_NE(RunSeed({.seed = 1, .trace = false, .plants = {}}).fingerprint,
            RunSeed({.seed = 2, .trace = false, .plants = {}}).fingerprint);
}

// --- The checker itself -----------------------------------------------------

struct Planted {
  const char* name;
  Plants plants;
  std::vector<Invariant> found_as;  // The first of them to be broken.
};

class PlantedBugTest : public ::testing::TestWithParam<Planted> {};

TEST_P(PlantedBugTest, IsFound) {
  constexpr uint64_t kSeedsMax = 40;
  for (uint64_t seed = 1; seed <= kSeedsMax; ++seed) {
    const RunResult result = RunSeed({.seed = seed, .trace = false, .plants = GetParam().plants});
    if (!result.violation) continue;
    EXPECT_THAT(GetParam().found_as, ::testing::Contains(result.violation->invariant))
        << result.violation->detail;
    return;
  }
  ADD_FAILURE() << "no seed up to " << kSeedsMax << " found it";
}

Planted OnDisk(const char* name, DiskBug bug, std::vector<Invariant> found_as) {
  return {name, {.disk = bug}, std::move(found_as)};
}

INSTANTIATE_TEST_SUITE_P(
    Bugs, PlantedBugTest,
    ::testing::Values(
        OnDisk("AcknowledgesBeforeSync", DiskBug::kSyncIsALie,
               {Invariant::kAcknowledgedIsDurable, Invariant::kVisibleIsDurable}),
        OnDisk("DropsAnEntry", DiskBug::kDropsEntry,
               {Invariant::kNoHole, Invariant::kVisibleIsDurable,
                Invariant::kReceivedNamesWhatIsHeld}),
        OnDisk("ChangesAnEntry", DiskBug::kChangesEntry, {Invariant::kOneHash}),
        OnDisk("AppliesTwice", DiskBug::kForgetsIds, {Invariant::kOnceOnly}),
        OnDisk("LosesASubjectRow", DiskBug::kLosesSubject,
               {Invariant::kEqualStates, Invariant::kConverges}),
        Planted{"SaysMoreThanItHolds",
                {.acknowledges_early = true},
                {Invariant::kAcknowledgedIsDurable}},
        Planted{"NeverDialsAgain", {.never_redials = true}, {Invariant::kConverges}},
        Planted{"ForgetsTheLostDisk", {.forgets_lost_disk = true}, {Invariant::kNothingLost}},
        Planted{"RecordsAgainWhatCameBack",
                {.restored_disk = DiskBug::kForgetsIds},
                {Invariant::kOnceOnly, Invariant::kRestoredIsWhole}}),
    [](const auto& planted) { return std::string(planted.param.name); });

}  // namespace
}  // namespace liggare::simulation
