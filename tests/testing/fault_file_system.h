// Gives a SimulatedDisk to RocksDB as its file system:
//
//   SimulatedDisk disk(seed);
//   const auto env = MakeFaultEnv(disk);
//   SharedResources shared({}, env.get());
#ifndef TESTS_TESTING_FAULT_FILE_SYSTEM_H_
#define TESTS_TESTING_FAULT_FILE_SYSTEM_H_

#include <memory>

#include "rocksdb/env.h"
#include "tests/testing/simulated_disk.h"

namespace liggare::testing {

// All files are on the disk, which must outlive the Env; threads and time are the
// system's. What RocksDB says to its log is dropped.
std::unique_ptr<rocksdb::Env> MakeFaultEnv(SimulatedDisk& disk);

}  // namespace liggare::testing

#endif  // TESTS_TESTING_FAULT_FILE_SYSTEM_H_
