// The seeds of a random test: some that are always the same, so that what was tested once
// is tested for ever, and a fresh one. A failure says how to bring its seed back:
//
//   for (const uint32_t seed : testing::TestSeeds()) {
//     SCOPED_TRACE(testing::HowToRepeat(seed));
//     …
//   }
//
// A fixture that takes one seed, TestSeed(), is run once more with one that stays
// (liggare_fixed_seed in CMakeLists.txt).
#ifndef TESTS_TESTING_SEED_H_
#define TESTS_TESTING_SEED_H_

#include <errno.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace liggare::testing {

// What the environment variable LIGGARE_SEED gives.
inline std::optional<uint32_t> GivenSeed() {
  const char* given = std::getenv("LIGGARE_SEED");
  if (given == nullptr) return {};
  return static_cast<uint32_t>(std::strtoul(given, nullptr, 10));
}

// The given one, or a fresh one.
inline uint32_t TestSeed() {
  const std::optional<uint32_t> given = GivenSeed();
  return given ? *given : std::random_device{}();
}

// The given one alone; else two that stay, and a fresh one.
inline std::vector<uint32_t> TestSeeds() {
  if (const std::optional<uint32_t> given = GivenSeed()) return {*given};
  return {1, 20'240'115, std::random_device{}()};
}

// The command that runs this test with the seed again.
inline std::string HowToRepeat(uint64_t seed) {
  const ::testing::TestInfo* test = ::testing::UnitTest::GetInstance()->current_test_info();
  std::string filter = test == nullptr ? "" : " --gtest_filter=";
  if (test != nullptr) filter += std::string(test->test_suite_name()) + "." + test->name();
  return "to repeat: LIGGARE_SEED=" + std::to_string(seed) + " bin/" +
         program_invocation_short_name + filter;
}

}  // namespace liggare::testing

#endif  // TESTS_TESTING_SEED_H_
