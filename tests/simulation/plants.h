// Ways of the simulated world to break a promise by itself, to see that the
// checker finds it.
#ifndef TESTS_SIMULATION_PLANTS_H_
#define TESTS_SIMULATION_PLANTS_H_

#include "tests/simulation/disk.h"

namespace liggare::simulation {

struct Plants {
  DiskBug disk = DiskBug::kNone;
  bool never_redials = false;
  bool acknowledges_early = false;  // An acknowledgement names one entry more.
  // A restore takes nothing from the lost disk, though it could be read.
  bool forgets_lost_disk = false;
  DiskBug restored_disk = DiskBug::kNone;  // Of the database that a restore fills.
};

}  // namespace liggare::simulation

#endif  // TESTS_SIMULATION_PLANTS_H_
