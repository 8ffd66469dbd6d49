#include "eventstore/note/revocation.h"

#include <algorithm>
#include <charconv>

namespace liggare::note {
namespace {

// The number after the @; 0 if there is none.
uint32_t EpochOf(std::string_view log) {
  const size_t at = log.rfind('@');
  uint32_t epoch = 0;
  if (at == std::string_view::npos) return 0;
  std::from_chars(log.data() + at + 1, log.data() + log.size(), epoch);
  return epoch;
}

bool CountsFor(const KeyRevocation& revocation, const Checkpoint& checkpoint) {
  const uint32_t epoch = EpochOf(checkpoint.origin);
  const uint32_t last = EpochOf(revocation.log);
  return epoch < last || (epoch == last && checkpoint.size <= revocation.size);
}

}  // namespace

absl::Status CheckSignatureStands(const std::vector<KeyRevocation>& revocations,
                                  const VerifierKey& key, const Checkpoint& checkpoint) {
  for (const KeyRevocation& revocation : revocations) {
    if (!(revocation.key == key) || CountsFor(revocation, checkpoint)) continue;
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
