#include "services/replication/chunks/chunk_form.h"

#include <utility>

#include "eventstore/log/bytes/commitment.h"
#include "proto/error/error.h"

namespace liggare::replication {

absl::StatusOr<merkle::Proof> ProofFromWire(
    const google::protobuf::RepeatedPtrField<std::string>& hashes) {
  merkle::Proof proof;
  proof.reserve(static_cast<size_t>(hashes.size()));
  for (const std::string& bytes : hashes) {
    std::optional<merkle::Hash> hash = merkle::HashFromBytes(bytes);
    if (!hash) {
      return MakeError(v1::ERROR_CODE_MALFORMED, {"A hash of a consistency proof has " +
                                                      std::to_string(bytes.size()) + " bytes.",
                                                  "consistency_proof", "32 bytes"});
    }
    proof.push_back(*hash);
  }
  return proof;
}

absl::StatusOr<log::Chunk> ChunkFromWire(v1::Chunk wire) {
  absl::StatusOr<merkle::Proof> proof = ProofFromWire(wire.consistency_proof());
  if (!proof.ok()) return proof.status();
  log::Chunk chunk;
  chunk.log = std::move(*wire.mutable_log());
  chunk.first_index = wire.first_index();
  chunk.entries.reserve(static_cast<size_t>(wire.entries_size()));
  for (std::string& entry : *wire.mutable_entries()) chunk.entries.push_back(std::move(entry));
  chunk.checkpoint = std::move(*wire.mutable_checkpoint());
  chunk.consistency_proof = *std::move(proof);
  for (v1::Disclosure& disclosure : *wire.mutable_disclosures()) {
    log::DisclosureText text;
    text.commitment = log::CommitmentOf(disclosure.salt(), disclosure.text());
    text.salt = std::move(*disclosure.mutable_salt());
    text.text = std::move(*disclosure.mutable_text());
    chunk.disclosures.push_back(std::move(text));
  }
  return chunk;
}

void ProofToWire(const merkle::Proof& proof, v1::Chunk& chunk) {
  for (const merkle::Hash& hash : proof) {
    chunk.add_consistency_proof(std::string(merkle::HashBytes(hash)));
  }
}

void DisclosuresToWire(std::vector<log::DisclosureText> disclosures, v1::Chunk& chunk) {
  for (log::DisclosureText& text : disclosures) {
    v1::Disclosure& disclosure = *chunk.add_disclosures();
    disclosure.set_salt(std::move(text.salt));
    disclosure.set_text(std::move(text.text));
  }
}

}  // namespace liggare::replication
