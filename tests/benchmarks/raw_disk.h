// The raw limits of this machine's disk, measured in the same run as what is
// compared with them.
#ifndef TESTS_BENCHMARKS_RAW_DISK_H_
#define TESTS_BENCHMARKS_RAW_DISK_H_

#include <chrono>
#include <string>

#include "absl/status/statusor.h"

namespace liggare::benchmarks {

// Appends of 512 bytes, each followed by fdatasync, per second, to a file made
// below `directory` and removed after.
absl::StatusOr<double> AppendSyncRate(const std::string& directory, std::chrono::seconds duration);

// Values of 512 random bytes per second into a plain RocksDB below `directory`
// with synced batches of `batch` under rising 16-byte keys; removed after.
absl::StatusOr<double> RocksDbRate(const std::string& directory, int batch,
                                   std::chrono::seconds duration);

}  // namespace liggare::benchmarks

#endif  // TESTS_BENCHMARKS_RAW_DISK_H_
