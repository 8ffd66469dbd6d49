// Verification of proofs (RFC 9162, 2.1.3.2 and 2.1.4.2; the tree hash is that
// of RFC 6962). Pure functions; anything may be fed to them.
#ifndef EVENTSTORE_MERKLE_VERIFY_H_
#define EVENTSTORE_MERKLE_VERIFY_H_

#include <cstdint>

#include "absl/status/status.h"
#include "eventstore/merkle/hash.h"
#include "eventstore/merkle/proof.h"

namespace liggare::merkle {

// OK if `proof` shows that `leaf` is entry `index` of the tree with this size
// and root; otherwise INVALID_ARGUMENT, saying what does not fit.
absl::Status VerifyInclusion(const Hash& leaf, uint64_t index, uint64_t size, const Proof& proof,
                             const Hash& root);

struct SizedRoot {
  uint64_t size = 0;
  Hash root = {};
};

// OK if `proof` shows that the tree `old_tree` is a prefix of `new_tree`;
// otherwise INVALID_ARGUMENT. An old size of 0 must have the empty root.
absl::Status VerifyConsistency(const SizedRoot& old_tree, const SizedRoot& new_tree,
                               const Proof& proof);

}  // namespace liggare::merkle

#endif  // EVENTSTORE_MERKLE_VERIFY_H_
