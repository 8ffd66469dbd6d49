// Keys as text, public and private: what is accepted is in the one form that writing it
// again gives, and a private key that is accepted signs what its public half verifies.
#include "eventstore/note/key.h"
#include "eventstore/note/note.h"
#include "tests/fuzz/fuzz_input.h"

namespace note = liggare::note;

namespace {

void CheckPublic(std::string_view text) {
  const auto key = note::VerifierKey::Parse(text);
  if (!key.ok()) {
    FUZZ_CHECK(!key.status().message().empty());
    return;
  }
  FUZZ_CHECK(key->Text() == text);
  const auto again = note::VerifierKey::Parse(key->WithType(note::KeyType::kCosignatureV1).Text());
  FUZZ_CHECK(again.ok() && again->public_key() == key->public_key());
  FUZZ_CHECK(!key->Verify("text\n", std::string(note::kSignatureBytes, '\0')));
}

void CheckPrivate(std::string_view text) {
  const auto key = note::SigningKey::Parse(text);
  if (!key.ok()) {
    FUZZ_CHECK(!key.status().message().empty());
    return;
  }
  const auto again = note::SigningKey::Parse(key->Text());
  FUZZ_CHECK(again.ok() && again->verifier() == key->verifier());
  CheckPublic(key->verifier().Text());
  const note::Signature signature = note::SignText(*key, "text\n");
  FUZZ_CHECK(key->verifier().Verify("text\n", signature.signature));
  FUZZ_CHECK(!key->verifier().Verify("another\n", signature.signature));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = liggare::testing::FuzzInput(data, size).rest();
  CheckPublic(text);
  CheckPrivate(text);
  return 0;
}
