// Evidence that a log's own key signed two histories, or an entry that must not
// be: a JSON file that can be verified offline with the log's public key.
//
//   log, reason, found_at_ms, verifier_key
//   held:     size, root, checkpoint, consistency_proof   as this node has it
//   claimed:  size, root, checkpoint, consistency_proof   as it was shown
//   first_index, entries, open_tiles                      of a chunk: its entries
//             and the hashes of the open tiles of the tree that it continues
//
// Hashes and entries are base64, checkpoints C2SP signed notes. A consistency
// proof leads from `size` to its checkpoint's size.
#ifndef SERVICES_REPLICATION_EVIDENCE_H_
#define SERVICES_REPLICATION_EVIDENCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/log/chunk.h"
#include "eventstore/merkle/proof.h"
#include "eventstore/merkle/tree.h"
#include "services/replication/extent.h"
#include "services/replication/peer_status.h"

namespace liggare::replication {

// A history of the log up to a size, with its proof.
struct ProvenExtent {
  Extent extent;
  std::string checkpoint;
  merkle::Proof consistency_proof;
};

struct Evidence {
  std::string log;
  std::string reason;
  std::string verifier_key;
  int64_t found_at_ms = 0;
  ProvenExtent held;
  ProvenExtent claimed;
  // Of a chunk that verified and must not be.
  uint64_t first_index = 0;
  std::vector<std::string> entries;
  merkle::Tree continued;
};

// The file's text.
std::string EvidenceText(const Evidence& evidence);

// Writes the text into a new file of `directory`, which is made if it is missing,
// and syncs it. The file's path.
absl::StatusOr<std::string> WriteEvidence(const std::string& directory, const std::string& log,
                                          const std::string& text);

// An alarm for each file of evidence in `directory`; none if there is no such
// directory.
std::vector<Alarm> ReadAlarms(const std::string& directory);

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_EVIDENCE_H_
