// A readable script of a few nodes and what they say to each other:
//
//   node se se/17          nodes; se/17 is the child of se
//   enrol se se/17         se knows the key of se/17
//   link se/17             se/17 dials its parent        cut se/17
//   record se/17 3 [bytes=N] [ahead_ms=N] [kind=bad]
//   run                    until nothing is left to do
//   tick 5000              milliseconds pass
//   hold se / release se   se's disk takes its time
//   rollback se/17 se/17@1 2      the disk forgets
//   restore se/17 [from=se] [claimed=N]    from its parent, in a new epoch
//   inject se/17 se chunk se/17@1 0 2 [from=se/17] [root=bad] [signer=se/18]
//   show se                what a person would see
//
// A block is commands, a line of ----, what happened, and an empty line.
#ifndef TESTS_SERVICES_REPLICATION_SCENARIO_H_
#define TESTS_SERVICES_REPLICATION_SCENARIO_H_

#include <map>
#include <string>
#include <vector>

#include "tests/services/replication/simulation.h"

namespace liggare::replication {

class Scenario {
 public:
  Scenario();
  // Runs a command, and returns what happened, a line each.
  std::string Run(const std::string& command);
  // Runs a whole script: the script with what really happened.
  std::string Replay(const std::string& script);

 private:
  using Words = std::vector<std::string>;
  using Options = std::map<std::string, std::string>;
  void Execute(const Words& words, const Options& options);
  void Inject(const Words& words, const Options& options);

  std::string happened_;
  Simulation simulation_;
};

}  // namespace liggare::replication

#endif  // TESTS_SERVICES_REPLICATION_SCENARIO_H_
