// liggared --restore: refills one of the configured nodes, which must not be
// running, from its parent or from those that are named (restore.h).
#ifndef SERVICES_NODE_RESTORE_NODE_H_
#define SERVICES_NODE_RESTORE_NODE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/node/config.h"
#include "services/node/secrets.h"
#include "services/restore/restore.h"

namespace liggare::node {

// One that is asked for what it holds.
struct RestorePeer {
  std::string path;
  std::string address;  // host:port
  std::string host;     // The name of its process; empty: the one that was enrolled.
};

// "se/17=lan17@10.0.0.2:7443"; "lan17@" may be left out where the node's own directory
// can be read and names the host with the enrolment. CONFIGURATION otherwise.
absl::StatusOr<RestorePeer> ParseRestorePeer(std::string_view text);

struct RestoreRequest {
  std::string path;                // Of the node; a configured one.
  std::vector<RestorePeer> peers;  // None: the parent, as it is configured.
  uint32_t epoch_above = 0;
};

// CONFIGURATION if the node is not configured, or has no parent and nobody is
// named, or it is not known which process must speak for a peer: a restore believes
// what its peers hold, so it asks no other. Otherwise the errors of restore::Restore.
absl::StatusOr<restore::RestoreReport> RestoreNode(const Config& config, const Secrets& secrets,
                                                   const RestoreRequest& request);

// The report as JSON, format liggared.restore/1, with the data directory.
std::string RestoreReportJson(const restore::RestoreReport& report, const Config& config);

}  // namespace liggare::node

#endif  // SERVICES_NODE_RESTORE_NODE_H_
