// Which logs a session carries, and in which direction. Pure functions of names.
//
//   child -> parent   the child's own log and every log from below it
//   parent -> child   to a county: the parent's own log
//                     below: the logs of all ancestors, in part: what does not
//                     concern the child is withheld (shown_entries.h)
#ifndef SERVICES_REPLICATION_SESSION_LOG_FLOW_H_
#define SERVICES_REPLICATION_SESSION_LOG_FLOW_H_

#include <string>
#include <string_view>

namespace liggare::replication {

// Which end of a session a node is.
enum class Side { kChild, kParent };

struct SessionEnds {
  Side side = Side::kChild;  // This node's.
  std::string self;          // Its path.
  std::string peer;          // The other's.
};

// Whether this node sends entries of `log` in the session. False for a name that
// is not well formed.
bool IsOutbound(const SessionEnds& ends, std::string_view log);

// Whether this node receives entries of `log` in the session.
bool IsInbound(const SessionEnds& ends, std::string_view log);

// From which of the node's children the log comes, by the child's path: what children
// share, they share by this. Empty for the node's own; for a log from above, its path.
std::string ShareOf(std::string_view node, std::string_view log);

// Whether the child of the session gets `log` in part.
bool IsInPart(const SessionEnds& ends, std::string_view log);

// Whether the session carries `log` down, whole: each of the parent's children holds it, and
// may cosign it.
bool IsWitnessed(const SessionEnds& ends, std::string_view log);

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_SESSION_LOG_FLOW_H_
