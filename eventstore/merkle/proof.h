// Roots and proofs of a tree at any size up to its own, read from its tiles.
// Safe from any thread if the TileReader is.
#ifndef EVENTSTORE_MERKLE_PROOF_H_
#define EVENTSTORE_MERKLE_PROOF_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/merkle/hash.h"
#include "eventstore/merkle/tree.h"

namespace liggare::merkle {

// Hashes from the leaf's sibling up to the root's child (RFC 6962, 2.1.1), or
// as RFC 6962, 2.1.2 orders a consistency proof.
using Proof = std::vector<Hash>;

// The root of the first `size` entries. OUT_OF_RANGE if the tree is smaller.
absl::StatusOr<Hash> RootAt(const Tree& tree, const TileReader& tiles, uint64_t size);

// Proof that entry `index` is in the tree of the first `size` entries.
// OUT_OF_RANGE unless index < size <= tree.size().
absl::StatusOr<Proof> InclusionProof(const Tree& tree, const TileReader& tiles, uint64_t index,
                                     uint64_t size);

// Proof that the first `old_size` entries are a prefix of the first `new_size`.
// Empty for old_size 0 and for equal sizes. OUT_OF_RANGE unless
// old_size <= new_size <= tree.size().
absl::StatusOr<Proof> ConsistencyProof(const Tree& tree, const TileReader& tiles, uint64_t old_size,
                                       uint64_t new_size);

}  // namespace liggare::merkle

#endif  // EVENTSTORE_MERKLE_PROOF_H_
