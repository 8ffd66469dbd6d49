// The key of a node that its parent has enrolled last, as the parent's state of
// node/<path> says.
#ifndef CLIENTS_CLI_VERIFY_ENROLLED_KEY_H_
#define CLIENTS_CLI_VERIFY_ENROLLED_KEY_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "clients/cpp/connection.h"

namespace liggare::cli {

struct EnrolledKey {
  std::string vkey;
  bool revoked = false;
  std::string host = {};  // The process that speaks for the node; empty: any.
  bool closed = false;    // The node was closed, and not enrolled again since.
};

// Asks the connection's node. Nothing if no key is enrolled.
absl::StatusOr<std::optional<EnrolledKey>> FindEnrolledKey(client::Connection& connection,
                                                           const std::string& path);

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_VERIFY_ENROLLED_KEY_H_
