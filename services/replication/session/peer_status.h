// How a node stands with a peer, for people and for the status call. A value.
#ifndef SERVICES_REPLICATION_SESSION_PEER_STATUS_H_
#define SERVICES_REPLICATION_SESSION_PEER_STATUS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "services/replication/session/problem.h"
#include "services/replication/session/session_time.h"

namespace liggare::replication {

struct PeerStatus {
  std::string path;
  std::string address;            // What is dialled; the peer's address for a child.
  bool connected = false;         // Hello and frontier have been exchanged.
  bool in_session = false;        // A session stands, if only to wait for an enrolment.
  uint64_t lag_entries = 0;       // Held here, not acknowledged by the peer.
  uint64_t peer_lag_entries = 0;  // The reverse, by its last word.
  std::string last_error;         // Why the last session ended; empty if it did not.
  int64_t clock_ahead_ms = 0;     // The peer's clock less ours, at its last word.
  SessionTime clock_heard;        // When that word came.
  // By log: the newest size that the peer has acknowledged.
  std::map<std::string, uint64_t> acknowledged;
  // What hinders a log, or the session; at either end.
  std::vector<Problem> problems;
  // That it sent more logs than it has room for; empty: it did not.
  std::string not_taken;
};

// Something that a person must look at.
struct Alarm {
  std::string log = {};
  std::string message = {};
  std::string evidence_file = {};
  std::string advice = {};  // What to do.
  int64_t until_ms = 0;     // When it ends by itself, on the wall clock; 0: it does not.
  // What it is told apart by where the message counts something; empty: the message.
  std::string key = {};
  int64_t since_ms = 0;  // When this process first saw it; 0: not known.
};

// What an operator is told, with where it is described step by step.
inline constexpr char kFrozenLogAdvice[] = "see docs/operations.md, \"A log is frozen\".";
inline constexpr char kUnreadableLogAdvice[] =
    "see docs/operations.md, \"Repairing derived data: fsck --repair\".";
inline constexpr char kRestoreAdvice[] =
    "See docs/operations.md, \"A node whose parent has more\".";

inline constexpr char kWitnessAdvice[] =
    "See docs/operations.md, \"A county's cosignature is missing\".";
inline constexpr char kLogShareAdvice[] = "See docs/operations.md, \"Too many nodes below one\".";
inline constexpr char kRotationAdvice[] = "See docs/operations.md, \"Rotating a signing key\".";
inline constexpr char kClosedAdvice[] = "See docs/operations.md, \"Closing a node\".";
inline constexpr char kHinderedAdvice[] =
    "See docs/operations.md, \"Something is held back or refused\".";
inline constexpr char kClockAdvice[] = "See docs/operations.md, \"Clocks\".";
inline constexpr char kNotEnrolledAdvice[] =
    "Compare the key, and enrol the node: docs/operations.md, \"A node is not enrolled\".";
inline constexpr char kParentAwayAdvice[] =
    "See docs/operations.md, \"The parent is not reached\".";
inline constexpr char kRevokedKeyAdvice[] = "See docs/operations.md, \"A stolen key\".";

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_SESSION_PEER_STATUS_H_
