// What a node signs to show its peer that it holds its signing key, beside the
// certificate of the connection (KeyProof in replication_service.proto). Pure.
//
//   liggare/hello/v1 \n  <trust domain> \n  <signer> \n  <other> \n  nonce  nonce
//
// The two paths and both nonces are in the text, so that a proof serves one session,
// between these two, in this direction. No checkpoint, cosignature or change of key
// begins with its first line.
#ifndef SERVICES_REPLICATION_SESSION_KEY_PROOF_H_
#define SERVICES_REPLICATION_SESSION_KEY_PROOF_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace liggare::replication {

inline constexpr size_t kNonceBytes = 32;

// Whose key is shown to whom.
struct ProofEnds {
  std::string_view trust_domain;
  std::string_view signer;
  std::string_view other;
};

// Each of kNonceBytes.
struct ProofNonces {
  std::string_view signer;
  std::string_view other;
};

// What is signed in a session.
std::string HelloProofText(const ProofEnds& ends, const ProofNonces& nonces);

// What is signed to be refilled by the other; the challenge is kNonceBytes long.
std::string RefillProofText(const ProofEnds& ends, std::string_view challenge);

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_SESSION_KEY_PROOF_H_
