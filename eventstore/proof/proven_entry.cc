#include "eventstore/proof/proven_entry.h"

#include <utility>

#include "eventstore/log/bytes/entry.h"
#include "eventstore/merkle/hash.h"
#include "eventstore/merkle/verify.h"
#include "proto/error/error.h"
#include "proto/name/log_name.h"

namespace liggare::proof {
namespace {

absl::Status Failed(std::string_view step, std::string_view part, std::string message,
                    std::string expected = "") {
  return MakeError(
      v1::ERROR_CODE_VERIFICATION_FAILED,
      {std::move(message), std::string(step) + "." + std::string(part), std::move(expected)});
}

// The same error, placed at a part of a step.
absl::Status At(std::string_view step, std::string_view part, const absl::Status& status) {
  const v1::Error error = ErrorOf(status);
  return Failed(step, part, error.message(), error.expected());
}

absl::Status CheckInclusion(const v1::ProvenEntry& proven, uint64_t index,
                            const note::Checkpoint& checkpoint, std::string_view step) {
  merkle::Proof proof;
  for (const std::string& bytes : proven.inclusion_proof()) {
    const auto hash = merkle::HashFromBytes(bytes);
    if (!hash) return Failed(step, "inclusion_proof", "a hash is not 32 bytes long");
    proof.push_back(*hash);
  }
  const absl::Status status = merkle::VerifyInclusion(merkle::LeafHash(proven.entry()), index,
                                                      checkpoint.size, proof, checkpoint.root);
  if (status.ok()) return status;
  return Failed(step, "inclusion_proof",
                "the entry's bytes are not entry " + std::to_string(index) +
                    " under the checkpoint of size " + std::to_string(checkpoint.size) + ": " +
                    std::string(status.message()));
}

}  // namespace

absl::StatusOr<ParsedEntry> ParseEntry(std::string_view bytes, std::string_view step) {
  ParsedEntry parsed;
  const auto malformed = [step](std::string message) {
    return Failed(step, "entry", std::move(message));
  };
  if (!parsed.event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return malformed("the bytes are not an event");
  }
  if (parsed.event.format_version() == 0 || parsed.event.format_version() > log::kFormatVersion) {
    return malformed("the entry has the format version " +
                     std::to_string(parsed.event.format_version()));
  }
  if (!parsed.data.ParseFromString(parsed.event.data())) {
    return malformed("the sender's part of the entry is not event data");
  }
  return parsed;
}

absl::StatusOr<VerifiedEntry> VerifyProvenEntry(const v1::ProvenEntry& proven,
                                                const KeyChain& chain, std::string_view step) {
  auto parsed = ParseEntry(proven.entry(), step);
  if (!parsed.ok()) return parsed.status();
  auto path = name::NodeOfLog(parsed->event.log());
  if (!path.ok()) return At(step, "entry", path.status());
  auto checkpoint = chain.OpenCheckpoint(proven.checkpoint(), parsed->event.log());
  if (!checkpoint.ok()) return At(step, "checkpoint", checkpoint.status());
  const absl::Status included =
      CheckInclusion(proven, parsed->event.index(), checkpoint->checkpoint.checkpoint, step);
  if (!included.ok()) return included;
  return VerifiedEntry{std::move(parsed->event), std::move(parsed->data), *std::move(path),
                       *std::move(checkpoint)};
}

}  // namespace liggare::proof
