// Chunks between their form on the wire and the event store's. Pure.
#ifndef SERVICES_REPLICATION_CHUNKS_CHUNK_FORM_H_
#define SERVICES_REPLICATION_CHUNKS_CHUNK_FORM_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/log/read/chunk.h"
#include "eventstore/merkle/proof.h"
#include "google/protobuf/repeated_field.h"
#include "liggare/v1/replication_service.pb.h"

namespace liggare::replication {

// Takes the chunk's bytes over. MALFORMED if a hash of the proof has not 32 bytes.
absl::StatusOr<log::Chunk> ChunkFromWire(v1::Chunk chunk);

// MALFORMED as above.
absl::StatusOr<merkle::Proof> ProofFromWire(
    const google::protobuf::RepeatedPtrField<std::string>& hashes);

void ProofToWire(const merkle::Proof& proof, v1::Chunk& chunk);
void DisclosuresToWire(std::vector<log::DisclosureText> disclosures, v1::Chunk& chunk);

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_CHUNKS_CHUNK_FORM_H_
