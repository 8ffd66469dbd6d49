// Hashes of subtrees within a tile, and of the right edge above it. Private to
// this folder. Pure functions; safe from any thread.
#ifndef EVENTSTORE_MERKLE_SUBTREE_H_
#define EVENTSTORE_MERKLE_SUBTREE_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "eventstore/merkle/hash.h"

namespace liggare::merkle {

// The root of the perfect subtree over `hashes`, whose count must be a power of
// two: pairs are hashed until one is left.
Hash PerfectRoot(std::vector<Hash> hashes);

// Joins perfect subtrees of growing size, given from right to left, into the
// root over all of them (RFC 6962, 2.1: the larger part is always to the left).
class RightEdge {
 public:
  void AddLeft(const Hash& subtree) { hash_ = hash_ ? NodeHash(subtree, *hash_) : subtree; }

  // Nothing if no subtree has been added.
  const std::optional<Hash>& hash() const { return hash_; }

 private:
  std::optional<Hash> hash_;
};

}  // namespace liggare::merkle

#endif  // EVENTSTORE_MERKLE_SUBTREE_H_
