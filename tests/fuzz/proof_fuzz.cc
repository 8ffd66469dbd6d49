// Proofs: anything may be fed to the verifiers; what they accept they do not
// accept with another root.
#include "eventstore/merkle/verify.h"
#include "tests/fuzz/fuzz_input.h"

namespace merkle = liggare::merkle;
using liggare::testing::FuzzInput;

namespace {

merkle::Hash TakeHash(FuzzInput& input) {
  merkle::Hash hash = {};
  const std::string_view bytes = input.Bytes(merkle::kHashBytes);
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

merkle::Hash Changed(merkle::Hash hash) {
  hash[0] ^= 1;
  return hash;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzInput input(data, size);
  const uint64_t first = input.Number();
  const uint64_t second = input.Number();
  const merkle::Hash leaf = TakeHash(input);
  const merkle::Hash root = TakeHash(input);
  merkle::Proof proof;
  while (!input.empty()) proof.push_back(TakeHash(input));
  if (merkle::VerifyInclusion(leaf, first, second, proof, root).ok()) {
    FUZZ_CHECK(first < second);
    FUZZ_CHECK(!merkle::VerifyInclusion(leaf, first, second, proof, Changed(root)).ok());
    FUZZ_CHECK(!merkle::VerifyInclusion(Changed(leaf), first, second, proof, root).ok());
  }
  if (merkle::VerifyConsistency({first, leaf}, {second, root}, proof).ok()) {
    FUZZ_CHECK(first <= second);
    FUZZ_CHECK(!merkle::VerifyConsistency({first, Changed(leaf)}, {second, root}, proof).ok());
  }
  return 0;
}
