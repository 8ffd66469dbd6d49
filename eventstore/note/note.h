// C2SP signed notes: a text and signatures over it.
//
//   text, ending in a newline
//   (empty line)
//   — <key name> <base64 of key id and signature>
#ifndef EVENTSTORE_NOTE_NOTE_H_
#define EVENTSTORE_NOTE_NOTE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/note/key.h"

namespace liggare::note {

inline constexpr size_t kNoteBytesMax = 64 * 1024;
inline constexpr size_t kSignaturesMax = 100;

// One signature line. `signature` is what follows the 4 bytes of key id.
struct Signature {
  std::string name;
  uint32_t key_id = 0;
  std::string signature;
};

// A note as it was parsed or made; nothing is said about its signatures.
struct Note {
  std::string text;
  std::vector<Signature> signatures;

  // The note's bytes.
  std::string Encode() const;
};

// Parses a note's form. INVALID_ARGUMENT for everything in signed_note.json's
// must_reject list: no signature, no newline at the end, a control byte,
// invalid UTF-8, a name with a space, other lines, too many signatures.
absl::StatusOr<Note> ParseNote(std::string_view bytes);

// A signature of `key` over `text`, which must end in a newline.
Signature SignText(const SigningKey& key, std::string_view text);

// OK if `key` (type 0x01) has signed the note. NOT_FOUND if no line has its name
// and key id; INVALID_ARGUMENT if one has and does not verify, whatever other
// signatures there are, or if the key is of another type.
absl::Status VerifyNote(const Note& note, const VerifierKey& key);

}  // namespace liggare::note

#endif  // EVENTSTORE_NOTE_NOTE_H_
