// Verifies every log that a running server lets the caller read: entries over
// gRPC, roots recomputed, signatures checked from the national key down.
#ifndef CLIENTS_CLI_VERIFY_LIVE_VERIFICATION_H_
#define CLIENTS_CLI_VERIFY_LIVE_VERIFICATION_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/cli/verify/log_report.h"
#include "clients/cpp/connection.h"

namespace liggare::cli {

// `node` limits it to one node; empty means all that the server shows. `done` is
// told of each log as it is finished. Not OK if the server does not answer or the
// key is no national key; what does not verify is in the reports.
absl::StatusOr<std::vector<LogReport>> VerifyLive(
    client::Connection& connection, const std::string& node, std::string_view national_key,
    const std::function<void(const LogReport&)>& done);

// Verifies one log at one node (the first that shows it, if `node` is empty), up to its
// newest checkpoint, which is the answer. `take` has the entries before they are found to
// be under it. NOT_FOUND if no node shows the log.
absl::StatusOr<std::string> VerifyLogLive(client::Connection& connection, const std::string& node,
                                          const std::string& log, std::string_view national_key,
                                          const TakeEntry& take);

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_VERIFY_LIVE_VERIFICATION_H_
