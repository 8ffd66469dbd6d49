// One run of the simulator: a seed becomes a tree of nodes, clients and faults;
// the world is shaken, heals, and must come to rest.
//
//   t = 0            faults end           quiet
//   | events, faults | clients finish     | states compared
//   +----------------+--------------------+----► bounded, or a violation
#ifndef TESTS_SIMULATION_RUN_H_
#define TESTS_SIMULATION_RUN_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/checker.h"
#include "tests/simulation/client.h"
#include "tests/simulation/faults.h"
#include "tests/simulation/machine.h"
#include "tests/simulation/misdeeds.h"
#include "tests/simulation/network.h"
#include "tests/simulation/plants.h"

namespace liggare::simulation {

struct RunOptions {
  uint64_t seed = 0;
  bool trace = false;
  Plants plants;
  bool hostile = false;  // One member misbehaves, and nothing else goes wrong.
};

struct RunResult {
  std::optional<Violation> violation;
  std::string fingerprint;         // Of all that was durable at the end.
  std::vector<std::string> trace;  // If it was asked for.
  uint64_t steps = 0;
  uint64_t frames = 0;
  uint64_t events = 0;       // Acknowledged to clients.
  uint64_t comparisons = 0;  // Of states.
  uint64_t restores = 0;
  uint64_t events_moved = 0;  // By restores, into a new epoch.
  int64_t simulated_us = 0;
  int64_t healing_us = 0;                // From the end of the faults to rest.
  std::map<Misdeed, uint64_t> misdeeds;  // That were done.
};

// Runs the seed. The same options give the same result, to the byte.
RunResult RunSeed(const RunOptions& options);

}  // namespace liggare::simulation

#endif  // TESTS_SIMULATION_RUN_H_
