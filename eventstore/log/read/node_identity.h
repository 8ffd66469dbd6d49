// What a data directory says of itself. Private to this folder.
#ifndef EVENTSTORE_LOG_READ_NODE_IDENTITY_H_
#define EVENTSTORE_LOG_READ_NODE_IDENTITY_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "eventstore/log/database/database.h"
#include "eventstore/log/read/event_log.h"

namespace liggare::log {

struct NodeIdentity {
  std::string path;
  std::string trust_domain;
  std::string instance_id;
  uint64_t boot_count = 0;
};

// Checks that the directory belongs to the path and trust domain of `options`
// and has a format version that this program knows, and counts the opening; or
// begins an empty directory with one log, <path>@1. Synced. With
// options.read_only nothing is written, an empty directory is refused, and an
// empty path or trust domain stands for the directory's own.
absl::StatusOr<NodeIdentity> OpenIdentity(Database& database, const EventLog::Options& options);

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_READ_NODE_IDENTITY_H_
