// Whether a world without faults has come to rest where it must: every log whole
// at every tier that is to hold it, countersigned, and folded to the same states;
// nobody accused who has done nothing; every fork found. A log that is frozen is
// left out where it is: two versions of it are evidence.
#ifndef TESTS_SIMULATION_CONVERGENCE_H_
#define TESTS_SIMULATION_CONVERGENCE_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/checker.h"
#include "tests/simulation/machine.h"

namespace liggare::simulation {

using Machines = std::map<std::string, std::unique_ptr<Machine>>;

// Those that are to hold the logs of a node in full: all above it; of the nation's,
// the counties too.
std::vector<std::string> HoldersOf(const std::string& path, const Machines& machines);

// What is still missing, in a sentence; nothing if all is there. Looks at the
// machines that are not clones, nor behind a hostile one.
std::optional<std::string> WhatIsMissing(const Machines& machines, const Checker& checker);

// No log is frozen and no node has stopped recording without a cause. Fails through
// the checker.
void CheckAccusations(const Machines& machines, Checker& checker);

// Of two versions of an own log, somebody knows. Fails through the checker.
void CheckForks(const Machines& machines, Checker& checker);

// Of what every honest node holds: fsck finds nothing, its states are those of a fold from
// the first entry on, and its rows are no more than its entries ask for. Fails through the
// checker.
void CheckHonestData(const Machines& machines, Checker& checker);

// The states that `knower` knew when its own log had `at_index` entries are the same
// at `knower` and at `teller`, which is above it. Fails through the checker. False
// if they can't be compared: one of them does not hold enough.
bool CompareStates(Machine& knower, Machine& teller, uint64_t at_index, Checker& checker);

}  // namespace liggare::simulation

#endif  // TESTS_SIMULATION_CONVERGENCE_H_
