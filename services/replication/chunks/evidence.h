// The files that hold evidence that a log's own key signed two histories, or an
// entry that must not be (v1::Evidence, docs/storage_format.md).
#ifndef SERVICES_REPLICATION_CHUNKS_EVIDENCE_H_
#define SERVICES_REPLICATION_CHUNKS_EVIDENCE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/merkle/proof.h"
#include "eventstore/merkle/tree.h"
#include "liggare/v1/audit_service.pb.h"
#include "services/replication/session/extent.h"
#include "services/replication/session/peer_status.h"

namespace liggare::replication {

// Against the logs of one verksamhet and of those below it together (log_share.h), or of
// a county, or the nation: more would prove no more, and one must not fill the disk.
inline constexpr int kEvidenceFilesMax = 100;

// A history of the log up to a size, with its proof.
struct ProvenExtent {
  Extent extent;
  std::string checkpoint;
  merkle::Proof consistency_proof;
};

v1::LogProof ToProto(const ProvenExtent& proven);

// The open tiles of a tree, from level 0 up.
void AddOpenTiles(const merkle::Tree& tree, v1::Evidence& evidence);

// The file's text: the JSON form.
std::string EvidenceText(const v1::Evidence& evidence);

// What the text says that it proves; "" if it is no evidence.
std::string ReasonOf(const std::string& text);

// Writes the text into a new file of `directory`, which is made if it is missing,
// and syncs it and the directory. The file's path. RESOURCE_EXHAUSTED if there are
// kEvidenceFilesMax.
absl::StatusOr<std::string> WriteEvidence(const std::string& directory, const std::string& log,
                                          const std::string& text);

// An alarm for each file of evidence in `directory`; none if there is no such
// directory.
std::vector<Alarm> ReadAlarms(const std::string& directory);

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_CHUNKS_EVIDENCE_H_
