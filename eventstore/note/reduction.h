// What is kept of a checkpoint that comes from elsewhere: the log's own signature, and
// cosignatures that verify. Everybody may add lines to a note, and a note with too many
// can't be read: whoever stores or passes on a checkpoint reduces it first, and whoever
// verifies one judges what is left.
//
//   — <log's key>  verifies, and stands        kept, once; so is one more by the same
//                                              key in the origin's name
//   — <cosigner>   verifies under a key that   kept, the earliest of each key
//                  is known, and stands
//   — all others                               left out, and said to be
#ifndef EVENTSTORE_NOTE_REDUCTION_H_
#define EVENTSTORE_NOTE_REDUCTION_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/note/checkpoint.h"
#include "eventstore/note/key.h"
#include "eventstore/note/note.h"
#include "eventstore/note/revocation.h"

namespace liggare::note {

// Lines of a checkpoint that are kept: fewer than a note may have (kSignaturesMax), so
// that whoever cosigns it still finds room.
inline constexpr size_t kKeptSignaturesMax = 64;

// Somebody who may have signed: every key it has had, newest first, and what of them
// is revoked.
struct Signer {
  std::vector<VerifierKey> keys;
  std::vector<KeyRevocation> revocations;
};
// By the name in a signature line, <trust domain>/<path>. Nothing if nobody of that name
// is known.
using FindSigner = std::function<std::optional<Signer>(std::string_view name)>;

enum class LeftOut {
  kUnknown,        // Nobody of that name is known, or no key of its with that id.
  kDoesNotVerify,  // A known key has not made it.
  kRevoked,        // By a key that is revoked for it.
  kRepeated,       // The same key has another that counts.
  kNoRoom,         // There are kKeptSignaturesMax that are needed more.
};

struct LeftOutLine {
  std::string name;
  LeftOut why = LeftOut::kUnknown;
  bool operator==(const LeftOutLine&) const = default;
};

struct ReducedCheckpoint {
  SignedCheckpoint checkpoint;  // The note has the kept lines alone.
  VerifierKey key;              // Of the log's signature.
  struct Cosignature {
    std::string name;
    uint64_t time_s = 0;  // Seconds since 1970.
  };
  std::vector<Cosignature> cosignatures;  // One for each key.
  std::vector<LeftOutLine> left_out;
};

// Reduces a checkpoint of the log with that origin, <trust domain>/<path>@<epoch>.
// INVALID_ARGUMENT if it is no checkpoint, is of another origin, or the log's signature
// does not verify; NOT_FOUND if the log's signer is not known or has not signed;
// FAILED_PRECONDITION if it has with a key alone that is revoked for that size.
absl::StatusOr<ReducedCheckpoint> ReduceCheckpoint(std::string_view bytes, std::string_view origin,
                                                   const FindSigner& find);

// The lines of two reduced notes of one checkpoint, `stored` and `added`. Of one key the
// stored line stays. Room is given first to the log's own, then to `self`, who keeps the
// note, then to those above the log's node, then to others; at most kKeptSignaturesMax.
std::vector<Signature> MergeSignatures(std::string_view origin, std::string_view self,
                                       const std::vector<Signature>& stored,
                                       const std::vector<Signature>& added);

}  // namespace liggare::note

#endif  // EVENTSTORE_NOTE_REDUCTION_H_
