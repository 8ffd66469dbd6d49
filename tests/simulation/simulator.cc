// simulator: runs seeds of the simulation, one after the other.
//
//   simulator --start 1 --seeds 20000 [--minutes 10] [--trace] [--hostile]
//
// A seed that fails is run again with its trace, of which the last lines are
// printed; the whole goes to simulation-<seed>.trace in the working directory.
// Exit status: 0 all held, 1 some did not, 2 usage.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

#include "tests/simulation/run.h"

namespace liggare::simulation {
namespace {

constexpr size_t kLastLines = 60;

struct Arguments {
  uint64_t start = 1;
  uint64_t seeds = 100;
  int64_t minutes = 0;  // None: no limit.
  bool trace = false;
  bool hostile = false;
  int failures_max = 5;
};

int Usage() {
  std::cerr << "usage: simulator [--start S] [--seeds N] [--minutes M] [--failures N] [--trace] "
               "[--hostile]\n";
  return 2;
}

bool Parse(int argc, char** argv, Arguments& arguments) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--trace") {
      arguments.trace = true;
      continue;
    }
    if (name == "--hostile") {
      arguments.hostile = true;
      continue;
    }
    char* end = nullptr;
    const uint64_t value = i + 1 < argc ? std::strtoull(argv[++i], &end, 10) : 0;
    if (end == nullptr || *end != '\0') return false;
    if (name == "--start") {
      arguments.start = value;
    } else if (name == "--seeds") {
      arguments.seeds = value;
    } else if (name == "--minutes") {
      arguments.minutes = static_cast<int64_t>(value);
    } else if (name == "--failures") {
      arguments.failures_max = static_cast<int>(value);
    } else {
      return false;
    }
  }
  return true;
}

void PrintFailure(uint64_t seed, bool hostile, const Violation& violation) {
  const RunResult again = RunSeed({.seed = seed, .trace = true, .plants = {}, .hostile = hostile});
  const std::string file = "simulation-" + std::to_string(seed) + ".trace";
  std::ofstream out(file);
  for (const std::string& line : again.trace) out << line << '\n';
  const size_t lines = again.trace.size();
  for (size_t i = lines > kLastLines ? lines - kLastLines : 0; i < lines; ++i) {
    std::cout << "  " << again.trace[i] << '\n';
  }
  std::cout << "seed " << seed << ": " << InvariantName(violation.invariant) << ": "
            << violation.detail << "\n  the whole trace: " << file << std::endl;
}

void PrintTrace(const RunResult& result) {
  for (const std::string& line : result.trace) std::cout << line << '\n';
}

int Main(int argc, char** argv) {
  Arguments arguments;
  if (!Parse(argc, argv, arguments)) return Usage();
  using Clock = std::chrono::steady_clock;
  const auto began = Clock::now();
  uint64_t ran = 0;
  uint64_t steps = 0;
  uint64_t frames = 0;
  uint64_t events = 0;
  uint64_t comparisons = 0;
  uint64_t restores = 0;
  uint64_t moved = 0;
  int64_t healing_max_us = 0;
  int failures = 0;
  for (; ran < arguments.seeds && failures < arguments.failures_max; ++ran) {
    if (arguments.minutes > 0 && Clock::now() - began > std::chrono::minutes(arguments.minutes)) {
      break;
    }
    const uint64_t seed = arguments.start + ran;
    const RunResult result = RunSeed(
        {.seed = seed, .trace = arguments.trace, .plants = {}, .hostile = arguments.hostile});
    if (arguments.trace) PrintTrace(result);
    steps += result.steps;
    frames += result.frames;
    events += result.events;
    comparisons += result.comparisons;
    restores += result.restores;
    moved += result.events_moved;
    healing_max_us = std::max(healing_max_us, result.healing_us);
    if (result.violation) {
      ++failures;
      PrintFailure(seed, arguments.hostile, *result.violation);
    }
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  std::printf(
      "%llu seeds from %llu, %d failed; %.1f seeds/s; %llu steps, %llu frames, %llu events, "
      "%llu comparisons of states, %llu restores, %llu events moved by them; longest healing %.1f "
      "s\n",
      static_cast<unsigned long long>(ran), static_cast<unsigned long long>(arguments.start),
      failures, static_cast<double>(ran) / seconds, static_cast<unsigned long long>(steps),
      static_cast<unsigned long long>(frames), static_cast<unsigned long long>(events),
      static_cast<unsigned long long>(comparisons), static_cast<unsigned long long>(restores),
      static_cast<unsigned long long>(moved), static_cast<double>(healing_max_us) / 1e6);
  return failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace liggare::simulation

int main(int argc, char** argv) { return liggare::simulation::Main(argc, argv); }
