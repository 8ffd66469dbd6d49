#include "eventstore/note/revocation.h"

#include <algorithm>

#include "eventstore/note/reach.h"

namespace liggare::note {

absl::Status CheckSignatureStands(const std::vector<KeyRevocation>& revocations,
                                  const VerifierKey& key, const Checkpoint& checkpoint) {
  for (const KeyRevocation& revocation : revocations) {
    if (!(revocation.key == key)) continue;
    if (LiesWithin({revocation.log, revocation.size}, checkpoint.origin, checkpoint.size)) continue;
    return absl::InvalidArgumentError(
        "the key " + key.Text() + " is revoked: beyond " + std::to_string(revocation.size) +
        " entries of " + revocation.log + " its signatures count for nothing, and this is of " +
        std::to_string(checkpoint.size) + " of " + checkpoint.origin);
  }
  return absl::OkStatus();
}

bool CosignatureStands(const std::vector<KeyRevocation>& revocations, const VerifierKey& key,
                       uint64_t time_s) {
  return std::ranges::none_of(revocations, [&](const KeyRevocation& revocation) {
    return revocation.key == key && time_s > revocation.cosigned_until_s;
  });
}

bool IsRevoked(const std::vector<KeyRevocation>& revocations, const VerifierKey& key) {
  return std::ranges::any_of(
      revocations, [&](const KeyRevocation& revocation) { return revocation.key == key; });
}

}  // namespace liggare::note
