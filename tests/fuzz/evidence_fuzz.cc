// Files of evidence: under a key that signed nothing none proves anything; under the
// key of the corpus they convict only the node whose key they were made with.
#include "eventstore/proof/evidence_verification.h"
#include "tests/fuzz/fuzz_input.h"

namespace proof = liggare::proof;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr char kUnusedKey[] =
      "liggare.example/se+0a1b2c3d+AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
  constexpr char kCorpusKey[] =
      "liggare.test/se+3ef76521+AX/CzftV1rd51d7FbGPAMG3w2H5o2gMZDr5wsKfXzH3X";
  const std::string text(liggare::testing::FuzzInput(data, size).rest());
  const auto evidence = proof::EvidenceFromJson(text);
  if (!evidence.ok()) return 0;
  FUZZ_CHECK(!proof::VerifyEvidence(*evidence, kUnusedKey).ok());
  const auto verified = proof::VerifyEvidence(*evidence, kCorpusKey);
  if (!verified.ok()) return 0;
  FUZZ_CHECK(verified->path == "se/17" && verified->log.starts_with("se/17@"));
  FUZZ_CHECK(!proof::EvidenceText(*verified).empty() && !proof::EvidenceJson(*verified).empty());
  return 0;
}
