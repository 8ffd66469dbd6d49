#include "services/replication/session/key_proof.h"

namespace liggare::replication {
namespace {

std::string Text(std::string_view purpose, const ProofEnds& ends) {
  std::string text;
  for (const std::string_view line : {purpose, ends.trust_domain, ends.signer, ends.other}) {
    text.append(line);
    text += '\n';
  }
  return text;
}

}  // namespace

std::string HelloProofText(const ProofEnds& ends, const ProofNonces& nonces) {
  std::string text = Text("liggare/hello/v1", ends);
  text.append(nonces.signer);
  text.append(nonces.other);
  return text;
}

std::string RefillProofText(const ProofEnds& ends, std::string_view challenge) {
  std::string text = Text("liggare/refill/v1", ends);
  text.append(challenge);
  text.append(kNonceBytes, '\0');
  return text;
}

}  // namespace liggare::replication
