// Verifies a node's data directory, read-only and while no process has it open:
// what `fsck` checks, and the signatures from the national key down.
#ifndef CLIENTS_CLI_VERIFY_DATA_VERIFICATION_H_
#define CLIENTS_CLI_VERIFY_DATA_VERIFICATION_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/cli/verify/log_report.h"

namespace liggare::cli {

// `done` is told of each log as it is finished. Not OK if the directory cannot be
// opened or the key is no national key; what does not verify is in the reports.
absl::StatusOr<std::vector<LogReport>> VerifyData(
    const std::string& directory, std::string_view national_key,
    const std::function<void(const LogReport&)>& done);

// Verifies one log, after those of the nodes above that enrol its key, up to its newest
// stored checkpoint, which is the answer. `take` has its entries before they are found to
// be under it. NOT_FOUND if the log is not held.
absl::StatusOr<std::string> VerifyLogData(const std::string& directory, const std::string& log,
                                          std::string_view national_key, const TakeEntry& take);

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_VERIFY_DATA_VERIFICATION_H_
