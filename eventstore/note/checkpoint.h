// C2SP tlog-checkpoints and cosignatures.
//
// A checkpoint is a signed note whose text is
//
//   <origin>      here: <trust domain>/<path>@<epoch>
//   <size>        decimal
//   <root>        base64 of 32 bytes
//
// The log's node signs it, in its key's name (<trust domain>/<path>) and in the origin's
// (origin_key.h). A node that has stored the entries durably and recomputed the root from
// them adds a cosignature/v1, which carries a time in seconds.
#ifndef EVENTSTORE_NOTE_CHECKPOINT_H_
#define EVENTSTORE_NOTE_CHECKPOINT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "eventstore/merkle/hash.h"
#include "eventstore/note/key.h"
#include "eventstore/note/note.h"

namespace liggare::note {

struct Checkpoint {
  std::string origin;
  uint64_t size = 0;
  merkle::Hash root = {};

  // The text that is signed.
  std::string Text() const;
  bool operator==(const Checkpoint&) const = default;
};

// Parses a checkpoint's text. INVALID_ARGUMENT if it is not exactly the three
// lines (extension lines are refused), the size is not a plain decimal, or the
// root is not 32 bytes of base64.
absl::StatusOr<Checkpoint> ParseCheckpoint(std::string_view text);

// The checkpoint as a note signed by `key`: two lines (one, if the key has the origin's name).
Note SignCheckpoint(const Checkpoint& checkpoint, const SigningKey& key);

// A note together with the checkpoint that it says.
struct SignedCheckpoint {
  Checkpoint checkpoint;
  Note note;
};

// Parses the bytes, checks that `key` has signed and that the origin is `origin`.
// Errors are those of ParseNote, VerifyNote and ParseCheckpoint;
// INVALID_ARGUMENT for another origin.
absl::StatusOr<SignedCheckpoint> OpenCheckpoint(std::string_view bytes, std::string_view origin,
                                                const VerifierKey& key);

// cosignature/v1 by `key` over the checkpoint's text at `time_s` (seconds since
// 1970): the signature line to add to the note.
Signature Cosign(const SigningKey& key, std::string_view checkpoint_text, uint64_t time_s);

// The time of `key`'s cosignature on the note, in seconds since 1970. `key` may
// be given under either type. Of several the earliest counts: the entries have
// been on the node's disk since then. A line that does not verify takes nothing from
// the others, for anybody can add one. NOT_FOUND if there is none; INVALID_ARGUMENT if
// none of them verifies.
absl::StatusOr<uint64_t> VerifyCosignature(const Note& note, const VerifierKey& key);

}  // namespace liggare::note

#endif  // EVENTSTORE_NOTE_CHECKPOINT_H_
