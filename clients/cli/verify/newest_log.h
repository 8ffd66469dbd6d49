// How far a node holds another's log, as an operator's event must say.
#ifndef CLIENTS_CLI_VERIFY_NEWEST_LOG_H_
#define CLIENTS_CLI_VERIFY_NEWEST_LOG_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "clients/cpp/connection.h"
#include "liggare/v1/entry.pb.h"

namespace liggare::cli {

// The newest epoch of the log of `path` at the connection's node, or `log` if that is not
// empty; with its size and root there. Nothing if nothing of it is held.
absl::StatusOr<std::optional<v1::LogState>> FindNewestLog(client::Connection& connection,
                                                          const std::string& path,
                                                          const std::string& log = "");

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_VERIFY_NEWEST_LOG_H_
