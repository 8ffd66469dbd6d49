// Checkpoints and proofs of the logs that a node holds. Thread-safe.
#ifndef SERVICES_ASK_LOG_PROOFS_H_
#define SERVICES_ASK_LOG_PROOFS_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "eventstore/merkle/proof.h"
#include "liggare/v1/audit_service.pb.h"
#include "liggare/v1/replication_service.pb.h"
#include "services/ask/audited_node.h"
#include "services/replication/chunks/cosigned_checkpoints.h"

namespace liggare::ask {

using replication::StoredCheckpoint;

// The newest checkpoint of the log: of the node's own, at its durable size, with
// the cosignatures that are held for that size; of another, the newest stored.
// NOT_FOUND, with the logs that are held, if there is no such log or no
// checkpoint of it.
absl::StatusOr<StoredCheckpoint> NewestCheckpoint(const AuditedNode& node, std::string_view log);

// The entry with its proof under that checkpoint, which must cover it.
absl::StatusOr<v1::ProvenEntry> ProveEntry(const AuditedNode& node, const log::LogIndex& place,
                                           const StoredCheckpoint& checkpoint);

// RFC 6962 consistency proof. NOT_FOUND as above; INVALID_FIELD unless
// old_size <= new_size <= the held size.
absl::StatusOr<merkle::Proof> ProveConsistency(const AuditedNode& node,
                                               const v1::GetConsistencyProofRequest& request);

// NOT_FOUND with the logs that are held, unless `log` is one of them.
absl::StatusOr<log::HeldLog> FindLog(const AuditedNode& node, std::string_view log);

}  // namespace liggare::ask

#endif  // SERVICES_ASK_LOG_PROOFS_H_
