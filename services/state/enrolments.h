// Which nodes one node enrols below itself, and where its logs speak of their keys: read
// forward from its logs, in their order, and nowhere else, so that nobody but the one who
// enrols can make it long.
//
//   se/17@1   ... enrolled a ... received ... enrolled b ... changed a ...
//                     |                           |              |
//                  a: {3,          9}          b: {7}
//
// Only the first kEnrolledNodesMax distinct paths count, and of each the first
// kKeyEntriesMax entries: the same ones at every tier that holds the logs.
//
// Not thread-safe. The EventLog must outlive it.
#ifndef SERVICES_STATE_ENROLMENTS_H_
#define SERVICES_STATE_ENROLMENTS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "eventstore/log/bytes/entry.h"
#include "eventstore/log/read/event_log.h"

namespace liggare::state {

// Entries that enrol, change, close or revoke one node or its keys. A chain of
// enrolments is no longer (services/replication/chunks/enrolment_chain.h).
inline constexpr size_t kKeyEntriesMax = 200;

class Enrolments {
 public:
  // `enroller` is the path of the node that enrols; the nation enrols itself, too.
  Enrolments(const log::EventLog& log, std::string enroller)
      : log_(log), enroller_(std::move(enroller)) {}

  // Takes up what the logs have beyond what was read. Reads the disk.
  absl::Status ReadOn();

  // Where the logs speak of the node, in their order; nothing if they don't enrol it, or
  // too many before it.
  const std::vector<log::LogIndex>& PlacesOf(std::string_view path) const;
  // Distinct paths that are enrolled, without the nation itself.
  size_t count() const;
  std::vector<std::string> paths() const;

 private:
  absl::Status ReadLog(const log::HeldLog& held);
  void Take(const std::string& log, uint64_t index, std::string_view entry);

  const log::EventLog& log_;
  const std::string enroller_;
  std::map<std::string, uint64_t, std::less<>> read_;  // By log.
  std::map<std::string, std::vector<log::LogIndex>, std::less<>> places_;
};

// Whether an entry about this subject, in a log of `enroller`, may enrol a node; its path.
// A view into the subject; empty if it may not.
std::string_view EnrolledBy(std::string_view enroller, std::string_view subject);

}  // namespace liggare::state

#endif  // SERVICES_STATE_ENROLMENTS_H_
