// Signed notes, checkpoints and keys: what is accepted is in the one form that
// writing it again gives.
#include "eventstore/note/checkpoint.h"
#include "eventstore/note/key.h"
#include "eventstore/note/note.h"
#include "tests/fuzz/fuzz_input.h"

namespace note = liggare::note;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = liggare::testing::FuzzInput(data, size).rest();
  const auto parsed = note::ParseNote(bytes);
  if (parsed.ok()) {
    FUZZ_CHECK(parsed->Encode() == bytes);
    const auto checkpoint = note::ParseCheckpoint(parsed->text);
    if (checkpoint.ok()) FUZZ_CHECK(checkpoint->Text() == parsed->text);
  }
  const auto checkpoint = note::ParseCheckpoint(bytes);
  if (checkpoint.ok()) FUZZ_CHECK(checkpoint->Text() == bytes);
  if (const auto key = note::VerifierKey::Parse(bytes); key.ok()) {
    FUZZ_CHECK(key->Text() == bytes);
    if (parsed.ok()) (void)note::VerifyNote(*parsed, *key);
  }
  (void)note::SigningKey::Parse(bytes);
  return 0;
}
