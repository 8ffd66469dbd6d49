// Where a restore fetches logs from: a peer that holds them, or a directory that
// can still be read. Nothing that it gives is believed before it is verified.
#ifndef SERVICES_RESTORE_LOG_ORIGIN_H_
#define SERVICES_RESTORE_LOG_ORIGIN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "liggare/v1/replication_service.pb.h"
#include "services/replication/session/extent.h"

namespace liggare::restore {

// Not thread-safe.
class LogOrigin {
 public:
  virtual ~LogOrigin() = default;
  // For people: "se/17 (10.0.0.1:7443)".
  virtual std::string name() const = 0;
  // What it says that it holds of the node's logs and those that it relays.
  virtual absl::StatusOr<std::vector<replication::Extent>> Holdings() = 0;
  // The entries of `log` from `first` on, below `end`, as many as one chunk takes,
  // with a checkpoint and a proof. Without entries: it can prove no more.
  struct Range {
    uint64_t first = 0;
    uint64_t end = 0;
  };
  virtual absl::StatusOr<v1::Chunk> ReadChunk(const std::string& log, Range range) = 0;
};

// The parent or a child of the node that is being restored.
class Peer : public LogOrigin {
 public:
  // What Holdings brought of the entries that enrol the node.
  virtual const v1::EnrolmentChain& enrolment() const = 0;
};

}  // namespace liggare::restore

#endif  // SERVICES_RESTORE_LOG_ORIGIN_H_
