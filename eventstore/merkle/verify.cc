#include "eventstore/merkle/verify.h"

#include <bit>
#include <string>

namespace liggare::merkle {
namespace {

absl::Status Mismatch(const std::string& what) { return absl::InvalidArgumentError(what); }

std::string Of(uint64_t a, const char* relation, uint64_t b) {
  return std::to_string(a) + relation + std::to_string(b);
}

// A place on a level of the tree and the last place on that level, as RFC 9162
// climbs: fn and sn.
struct Climb {
  uint64_t place = 0;
  uint64_t last = 0;

  void Up() {
    place >>= 1;
    last >>= 1;
  }
  bool HasLeftSibling() const { return (place & 1) != 0 || place == last; }
  // Without a right sibling a node is its own parent, until it is a right child.
  void SkipLonelyLevels() {
    while ((place & 1) == 0 && place != 0) Up();
  }
};

absl::Status VerifyEqualSizes(const SizedRoot& old_tree, const SizedRoot& new_tree,
                              const Proof& proof) {
  if (old_tree.root != new_tree.root) {
    return Mismatch("two roots for size " + std::to_string(old_tree.size));
  }
  if (!proof.empty()) return Mismatch("a proof between equal sizes must be empty");
  return absl::OkStatus();
}

// RFC 9162, 2.1.4.2, for 0 < old size < new size.
absl::Status VerifyGrowth(const SizedRoot& old_tree, const SizedRoot& new_tree,
                          const Proof& proof) {
  auto next = proof.begin();
  if (next == proof.end()) return Mismatch("the proof is empty");
  // An old size that is a power of two is a node of the new tree, so its root
  // starts the path and is not in the proof.
  const Hash start = std::has_single_bit(old_tree.size) ? old_tree.root : *next++;
  Climb climb{old_tree.size - 1, new_tree.size - 1};
  while ((climb.place & 1) != 0) climb.Up();
  Hash old_root = start;
  Hash new_root = start;
  for (; next != proof.end(); ++next) {
    if (climb.last == 0) return Mismatch("the proof is too long");
    if (climb.HasLeftSibling()) {
      old_root = NodeHash(*next, old_root);
      new_root = NodeHash(*next, new_root);
      climb.SkipLonelyLevels();
    } else {
      new_root = NodeHash(new_root, *next);
    }
    climb.Up();
  }
  if (climb.last != 0) return Mismatch("the proof is too short");
  if (old_root != old_tree.root) return Mismatch("the proof does not lead to the old root");
  if (new_root != new_tree.root) return Mismatch("the proof does not lead to the new root");
  return absl::OkStatus();
}

}  // namespace

absl::Status VerifyInclusion(const Hash& leaf, uint64_t index, uint64_t size, const Proof& proof,
                             const Hash& root) {
  if (index >= size) return Mismatch(Of(index, " is not an index in a tree of size ", size));
  Climb climb{index, size - 1};
  Hash hash = leaf;
  for (const Hash& sibling : proof) {
    if (climb.last == 0) return Mismatch("the proof is too long");
    if (climb.HasLeftSibling()) {
      hash = NodeHash(sibling, hash);
      climb.SkipLonelyLevels();
    } else {
      hash = NodeHash(hash, sibling);
    }
    climb.Up();
  }
  if (climb.last != 0) return Mismatch("the proof is too short");
  if (hash != root) return Mismatch("the proof does not lead to the root");
  return absl::OkStatus();
}

absl::Status VerifyConsistency(const SizedRoot& old_tree, const SizedRoot& new_tree,
                               const Proof& proof) {
  if (old_tree.size > new_tree.size) {
    return Mismatch(Of(old_tree.size, " entries cannot be a prefix of ", new_tree.size));
  }
  if (old_tree.size == 0) {
    if (old_tree.root != EmptyRoot()) return Mismatch("size 0 without the empty root");
    if (!proof.empty()) return Mismatch("a proof from size 0 must be empty");
  }
  if (old_tree.size == new_tree.size) return VerifyEqualSizes(old_tree, new_tree, proof);
  if (old_tree.size == 0) return absl::OkStatus();
  return VerifyGrowth(old_tree, new_tree, proof);
}

}  // namespace liggare::merkle
