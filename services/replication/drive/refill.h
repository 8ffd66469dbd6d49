// What a node gives to a parent or child that is being restored: the logs that
// their session carries, in either direction, each with what proves it. Read-only;
// reads the disk: not for a thread that must return at once.
#ifndef SERVICES_REPLICATION_DRIVE_REFILL_H_
#define SERVICES_REPLICATION_DRIVE_REFILL_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "liggare/v1/replication_service.pb.h"
#include "services/replication/drive/replication_node.h"
#include "services/replication/session/extent.h"
#include "services/replication/session/log_flow.h"

namespace liggare::replication {

// Before anything is given, who asks proves its signing key by a signature over a
// challenge (key_proof.h). Challenges are not kept: each is computed from a secret of
// the process, who asks whom, and the time; one counts in the interval in which it was
// given and in the next.
inline constexpr int64_t kChallengeMs = 60'000;

// `ends.self` is the node that `parts` are of, `ends.peer` who asks. `secret` is
// ReplicationNode::refill_secret.
v1::GetChallengeResponse ChallengeFor(const ReplicationNode::Parts& parts,
                                      const std::string& secret, const SessionEnds& ends);

// UNAUTHENTICATED unless it is the proof of a key that counts (key_check.h).
absl::Status CheckRefillProof(const ReplicationNode::Parts& parts, const std::string& secret,
                              const SessionEnds& ends, const v1::KeyProof& proof);

// `ends.self` is the node that `parts` are of, `ends.peer` who asks. At most
// kFrontierPageLogsMax logs.
absl::StatusOr<v1::GetHoldingsResponse> HoldingsFor(const ReplicationNode::Parts& parts,
                                                    const SessionEnds& ends,
                                                    const v1::GetHoldingsRequest& request);

// All answers together, for who is restored; `ask` gives one. MALFORMED if they don't go
// on by name, LIMIT_EXCEEDED beyond kSessionLogsMax logs.
struct Holdings {
  std::vector<Extent> logs;
  v1::EnrolmentChain enrolment;
};
absl::StatusOr<Holdings> AskForHoldings(
    const std::string& node,
    const std::function<absl::StatusOr<v1::GetHoldingsResponse>(const v1::GetHoldingsRequest&)>&
        ask);

// PERMISSION_DENIED for a log that the session would not carry; NOT_FOUND for one
// that is not held.
absl::StatusOr<v1::GetChunkResponse> ChunkFor(const ReplicationNode::Parts& parts,
                                              const SessionEnds& ends,
                                              const v1::GetChunkRequest& request);

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_DRIVE_REFILL_H_
