// A slow Merkle tree that follows RFC 6962, 2.1 word by word: the reference that
// the fast one is compared with.
#ifndef TESTS_EVENTSTORE_MERKLE_NAIVE_TREE_H_
#define TESTS_EVENTSTORE_MERKLE_NAIVE_TREE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "eventstore/merkle/hash.h"
#include "eventstore/merkle/proof.h"

namespace liggare::testing {

using Leaves = std::span<const merkle::Hash>;

// The largest power of two smaller than n; n must be at least 2.
inline size_t NaiveSplit(size_t n) {
  size_t k = 1;
  while (2 * k < n) k *= 2;
  return k;
}

// MTH(D[n]) over leaf hashes.
inline merkle::Hash NaiveRoot(Leaves leaves) {
  if (leaves.empty()) return merkle::EmptyRoot();
  if (leaves.size() == 1) return leaves[0];
  const size_t k = NaiveSplit(leaves.size());
  return merkle::NodeHash(NaiveRoot(leaves.first(k)), NaiveRoot(leaves.subspan(k)));
}

// PATH(m, D[n]).
inline merkle::Proof NaivePath(size_t m, Leaves leaves) {
  if (leaves.size() == 1) return {};
  const size_t k = NaiveSplit(leaves.size());
  merkle::Proof path;
  if (m < k) {
    path = NaivePath(m, leaves.first(k));
    path.push_back(NaiveRoot(leaves.subspan(k)));
  } else {
    path = NaivePath(m - k, leaves.subspan(k));
    path.push_back(NaiveRoot(leaves.first(k)));
  }
  return path;
}

// SUBPROOF(m, D[n], b).
inline merkle::Proof NaiveSubproof(size_t m, Leaves leaves, bool is_old_root) {
  if (m == leaves.size()) {
    return is_old_root ? merkle::Proof{} : merkle::Proof{NaiveRoot(leaves)};
  }
  const size_t k = NaiveSplit(leaves.size());
  merkle::Proof proof;
  if (m <= k) {
    proof = NaiveSubproof(m, leaves.first(k), is_old_root);
    proof.push_back(NaiveRoot(leaves.subspan(k)));
  } else {
    proof = NaiveSubproof(m - k, leaves.subspan(k), false);
    proof.push_back(NaiveRoot(leaves.first(k)));
  }
  return proof;
}

// PROOF(m, D[n]) for 0 < m <= n.
inline merkle::Proof NaiveProof(size_t m, Leaves leaves) { return NaiveSubproof(m, leaves, true); }

}  // namespace liggare::testing

#endif  // TESTS_EVENTSTORE_MERKLE_NAIVE_TREE_H_
