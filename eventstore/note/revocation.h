// From where on signatures by a key count for nothing: a key that was stolen or
// lost is revoked with effect from a size of the log that it signs. What it has
// signed at or below that size stands.
//
//   se/17@1   |== entries 0..size ==|-- beyond --        se/17@2 ...
//   the key    counts                 counts for nothing   counts for nothing
#ifndef EVENTSTORE_NOTE_REVOCATION_H_
#define EVENTSTORE_NOTE_REVOCATION_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "eventstore/note/checkpoint.h"
#include "eventstore/note/key.h"

namespace liggare::note {

// A value. Several of one key: each takes away, none gives back.
struct KeyRevocation {
  VerifierKey key;
  std::string log;  // <path>@<epoch>, of the key's node.
  uint64_t size = 0;
  // Cosignatures by the key with a later time count for nothing; seconds since
  // 1970, 0: none counts. A thief may antedate: see docs/adr/0012.
  uint64_t cosigned_until_s = 0;
  bool operator==(const KeyRevocation&) const = default;
};

// Whether `key`'s signature on a checkpoint of its own log counts. The origin is
// <trust domain>/<path>@<epoch>. OK, or INVALID_ARGUMENT with from which size on it
// does not. Epochs before that of a revocation stand, later ones do not.
absl::Status CheckSignatureStands(const std::vector<KeyRevocation>& revocations,
                                  const VerifierKey& key, const Checkpoint& checkpoint);

// Whether `key`'s cosignature of that time (seconds since 1970) counts.
bool CosignatureStands(const std::vector<KeyRevocation>& revocations, const VerifierKey& key,
                       uint64_t time_s);

// Whether the key is revoked from any size.
bool IsRevoked(const std::vector<KeyRevocation>& revocations, const VerifierKey& key);

}  // namespace liggare::note

#endif  // EVENTSTORE_NOTE_REVOCATION_H_
