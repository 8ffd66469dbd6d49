// What goes wrong in a run, and when, drawn from its seed. Every seed leaves out
// some kinds of faults altogether, so that the others meet more often.
#ifndef TESTS_SIMULATION_FAULTS_H_
#define TESTS_SIMULATION_FAULTS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/client.h"
#include "tests/simulation/machine.h"
#include "tests/simulation/network.h"

namespace liggare::simulation {

enum class Fault {
  kPartition,
  kCut,
  kHalfOpen,
  kSecondCall,
  kKill,
  kPowerLoss,
  kCrashInWrite,
  kClock,
  kSlowLink,
  kSlowDisk,
  kFullDisk,
  kFailingSync,
  kOtherVersion,
  kLaterType,
  kBurst,
  kHerd,
  kRestore,
  kClone,
  kLoseDisk,
};
inline constexpr int kFaultCount = 19;
const char* FaultName(Fault fault);

// What the faults act on.
struct FaultTargets {
  Network& network;
  std::map<std::string, std::unique_ptr<Machine>>& machines;  // By name; clones among them.
  std::map<std::string, std::unique_ptr<Client>>& clients;    // By machine.
  // Makes a second machine of a node, with a client.
  std::function<void(Machine& original)> clone;
  std::function<void(Machine& machine)> disk_lost;
};

class Faults {
 public:
  struct Plan {
    int count = 0;
    int64_t until_us = 0;
    std::vector<Fault> kinds;  // Those that this run may have.
    int64_t clock_max_ms = 0;  // How far a clock may go wrong.
  };
  static Plan Draw(Random& random, int64_t until_us);

  Faults(FaultTargets targets, Plan plan, Random random);

  // Plans all of them.
  void Start();
  // Ends all of them: from here on the world is sound. Clocks are right again.
  void Heal();
  // How far the clock of any machine was ever ahead.
  int64_t clock_ahead_max_ms() const { return clock_ahead_max_ms_; }

 private:
  void Happen(Fault fault);
  void Partition(const std::string& child, int64_t us);
  void SlowLink(const std::string& child, int64_t us);
  void SetClock(Machine& machine);
  void SpeakOtherVersion(Machine& machine, int64_t us);
  void FillDisk(Machine& machine, int64_t us);
  bool HasEnrolled(Machine& machine) const;
  void Restore(Machine& machine, int64_t us);
  void Clone(Machine& machine);
  void LoseDisk(Machine& machine);
  Machine& AnyMachine();
  std::string AnyLink();
  // Calls it after `us`, unless the world has healed by then.
  void Later(int64_t us, std::function<void()> closure);

  FaultTargets targets_;
  const Plan plan_;
  Random random_;
  bool healed_ = false;
  int64_t clock_ahead_max_ms_ = 0;
};

}  // namespace liggare::simulation

#endif  // TESTS_SIMULATION_FAULTS_H_
