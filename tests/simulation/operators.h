// The people who run the nodes. They see what `liggare status` shows and do what
// docs/operations.md says: stop all copies of a node but one, restore it from its
// parent (the nation from its counties), have clients send again what they have no
// receipt for. The restore is the product's own (services/restore/plan.h); while it
// waits for a peer, the world goes on.
#ifndef TESTS_SIMULATION_OPERATORS_H_
#define TESTS_SIMULATION_OPERATORS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "services/restore/plan.h"
#include "tests/simulation/client.h"
#include "tests/simulation/convergence.h"
#include "tests/simulation/machine.h"
#include "tests/simulation/network.h"
#include "tests/simulation/plants.h"

namespace liggare::simulation {

class Operators {
 public:
  struct Parts {
    Network& network;
    Machines& machines;
    std::map<std::string, std::unique_ptr<Client>>& clients;  // By machine.
    const Plants& plants;
    // Enrols the children of a node again: a lost disk may have been the only one
    // that knew of it.
    std::function<void(Machine& machine)> enrol;
  };
  Operators(Parts parts, Random random) : parts_(parts), random_(random) {}

  // From now on they look around, and act on some of what they see.
  void Start();
  // From now on they act on everything, parents first.
  void Heal();
  // A disk was lost. Some restore the node before it is started, some only start it.
  void OnDiskLost(Machine& machine);

  // What is left to do, in a sentence; nothing if all is well.
  bool HasWork() const;
  uint64_t restores() const { return restores_; }

 private:
  void Look();
  bool NeedsRestore(const Machine& machine) const;
  bool AncestorNeedsRestore(const Machine& machine) const;
  void StopCopies(const std::string& path);
  void Restore(Machine& machine);
  void BeginAnew(Machine& machine);
  void ManageAlone(Machine& nation);
  void RestoreCounties();
  absl::StatusOr<restore::RestoreReport> Fill(Machine& machine, Disk& fresh,
                                              std::set<EventPlace>& damaged,
                                              bool& lost_is_readable);
  std::vector<Machine*> PeersOf(const Machine& machine) const;
  std::vector<Machine*> LargestUnanimous(std::vector<Machine*> counties) const;

  const Parts parts_;
  Random random_;
  bool healing_ = false;
  bool unanimous_ = false;              // Of the counties, only those are asked that agree.
  std::set<std::string> without_disk_;  // Down until they are restored.
  std::set<std::string> restoring_;     // While they wait for peers.
  // Had nothing of a child that must be restored; and others may have it.
  std::set<std::string> asked_in_vain_;
  uint64_t restores_ = 0;
};

}  // namespace liggare::simulation

#endif  // TESTS_SIMULATION_OPERATORS_H_
