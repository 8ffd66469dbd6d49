// A checkpoint that somebody has seen elsewhere, compared with the copy that a node holds:
// the way in which two parties to whom a node has shown different logs find it out
// (docs/security.md). Thread-safe.
#ifndef SERVICES_ASK_SEEN_CHECKPOINT_H_
#define SERVICES_ASK_SEEN_CHECKPOINT_H_

#include "absl/status/statusor.h"
#include "liggare/v1/audit_service.pb.h"
#include "services/ask/audited_node.h"

namespace liggare::ask {

// MALFORMED if it is no checkpoint, VERIFICATION_FAILED if the log's key has not signed it,
// NOT_FOUND if the node holds nothing of the log.
absl::StatusOr<v1::CompareCheckpointResponse> CompareSeen(
    const AuditedNode& node, const v1::CompareCheckpointRequest& request);

}  // namespace liggare::ask

#endif  // SERVICES_ASK_SEEN_CHECKPOINT_H_
