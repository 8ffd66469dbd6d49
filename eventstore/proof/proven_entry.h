// One entry with its proof: bytes -> leaf hash -> inclusion -> checkpoint ->
// signature by a key that is known.
#ifndef EVENTSTORE_PROOF_PROVEN_ENTRY_H_
#define EVENTSTORE_PROOF_PROVEN_ENTRY_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/proof/key_chain.h"
#include "liggare/v1/entry.pb.h"
#include "liggare/v1/event.pb.h"
#include "liggare/v1/replication_service.pb.h"

namespace liggare::proof {

// An entry that stands in its log.
struct VerifiedEntry {
  v1::Event event;
  v1::EventData data;
  std::string path;  // Of the log's node.
  KeyChain::Opened checkpoint;
};

// An entry's bytes as messages. MALFORMED with `field` = `step` if they are none.
struct ParsedEntry {
  v1::Event event;
  v1::EventData data;
};
absl::StatusOr<ParsedEntry> ParseEntry(std::string_view bytes, std::string_view step);

// Verifies `proven` with the keys of `chain`. A failure is VERIFICATION_FAILED;
// its `field` is `step` and the part that does not hold: <step>.entry,
// <step>.checkpoint, <step>.inclusion_proof.
absl::StatusOr<VerifiedEntry> VerifyProvenEntry(const v1::ProvenEntry& proven,
                                                const KeyChain& chain, std::string_view step);

}  // namespace liggare::proof

#endif  // EVENTSTORE_PROOF_PROVEN_ENTRY_H_
