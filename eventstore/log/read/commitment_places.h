// Finds which entries hold which commitments, without knowing any payload: the
// store must keep texts beside their entries, and ask again for what is missing.
// Private to this folder.
#ifndef EVENTSTORE_LOG_READ_COMMITMENT_PLACES_H_
#define EVENTSTORE_LOG_READ_COMMITMENT_PLACES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "eventstore/log/read/event_log.h"

namespace liggare::log {

// Text number `disclosure` lies behind a commitment in entry number `entry`.
struct CommitmentPlace {
  uint32_t entry = 0;
  uint32_t disclosure = 0;
  bool operator==(const CommitmentPlace&) const = default;
};

// Every such place, ordered by entry. A commitment is 32 bytes in a field of a
// Text message, and found as such; that other bytes equal it by chance is as
// likely as a collision of the hash. Linear in the entries' bytes.
std::vector<CommitmentPlace> FindCommitments(const std::vector<std::string>& entries,
                                             const std::vector<DisclosureText>& disclosures);

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_READ_COMMITMENT_PLACES_H_
