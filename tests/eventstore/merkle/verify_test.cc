// Forged proofs: the mutations that rfc6962.json lists under must_reject, on every
// proof of trees of up to 8 entries and on proofs of large trees.
#include "eventstore/merkle/verify.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>

#include "tests/eventstore/merkle/memory_tiles.h"
#include "tests/testing/seed.h"

namespace liggare::merkle {
namespace {

using testing::TiledTree;

const Hash kGarbage = LeafHash("garbage");

Hash WithBitFlipped(Hash hash, int bit) {
  hash[0] ^= static_cast<uint8_t>(1 << bit);
  return hash;
}

Proof Before(const Hash& hash, Proof proof) {
  proof.insert(proof.begin(), hash);
  return proof;
}

Proof After(Proof proof, const Hash& hash) {
  proof.push_back(hash);
  return proof;
}

// Proofs that are not `proof`: a bit flipped in each node, one node left out,
// two swapped, one doubled, garbage before and after.
std::vector<Proof> Mutations(const Proof& proof, int bit) {
  std::vector<Proof> forged = {Before(kGarbage, proof), After(proof, kGarbage),
                               Before(Hash{}, proof), After(proof, Hash{})};
  for (size_t i = 0; i < proof.size(); ++i) {
    const auto at = static_cast<std::ptrdiff_t>(i);
    forged.push_back(proof);
    forged.back()[i] = WithBitFlipped(proof[i], bit);
    forged.push_back(proof);
    forged.back().erase(forged.back().begin() + at);
    forged.push_back(proof);
    forged.back().insert(forged.back().begin() + at, proof[i]);
    if (i + 1 < proof.size()) {
      forged.push_back(proof);
      std::swap(forged.back()[i], forged.back()[i + 1]);
    }
  }
  if (!proof.empty()) forged.emplace_back();
  return forged;
}

struct Inclusion {
  Hash leaf;
  uint64_t index;
  uint64_t size;
  Proof proof;
  Hash root;

  absl::Status Verify() const { return VerifyInclusion(leaf, index, size, proof, root); }
};

struct Consistency {
  SizedRoot old_tree;
  SizedRoot new_tree;
  Proof proof;

  absl::Status Verify() const { return VerifyConsistency(old_tree, new_tree, proof); }
};

template <typename Claim, typename Change>
Claim Changed(Claim claim, Change change) {
  change(claim);
  return claim;
}

// Claims that differ from a true one and must be refused.
std::vector<Inclusion> Forged(const Inclusion& truth) {
  std::vector<Inclusion> forged = {
      Changed(truth, [](Inclusion& c) { --c.index; }),
      Changed(truth, [](Inclusion& c) { ++c.index; }),
      Changed(truth, [](Inclusion& c) { c.index ^= 2; }),
      Changed(truth, [](Inclusion& c) { c.index = c.size; }),
      Changed(truth, [](Inclusion& c) { c.size *= 2; }),
      Changed(truth, [](Inclusion& c) { c.size /= 2; }),
      Changed(truth, [](Inclusion& c) { c.size = 0; }),
      Changed(truth, [](Inclusion& c) { c.leaf = kGarbage; }),
      Changed(truth, [](Inclusion& c) { c.root = EmptyRoot(); }),
      Changed(truth, [](Inclusion& c) { c.root = kGarbage; }),
      Changed(truth, [](Inclusion& c) { c.proof = Before(c.root, c.proof); }),
      Changed(truth, [](Inclusion& c) { c.proof = After(c.proof, c.root); }),
  };
  for (const Proof& proof : Mutations(truth.proof, 3)) {
    forged.push_back(Changed(truth, [&](Inclusion& c) { c.proof = proof; }));
  }
  return forged;
}

// For a true claim with 0 < old size < new size.
std::vector<Consistency> Forged(const Consistency& truth) {
  std::vector<Consistency> forged = {
      Changed(truth, [](Consistency& c) { --c.old_tree.size; }),
      Changed(truth, [](Consistency& c) { ++c.old_tree.size; }),
      Changed(truth, [](Consistency& c) { c.old_tree.size ^= 2; }),
      Changed(truth, [](Consistency& c) { c.old_tree.size = c.new_tree.size; }),
      Changed(truth, [](Consistency& c) { c.new_tree.size *= 2; }),
      Changed(truth, [](Consistency& c) { c.new_tree.size /= 2; }),
      Changed(truth, [](Consistency& c) { c.old_tree.root = kGarbage; }),
      Changed(truth, [](Consistency& c) { c.new_tree.root = kGarbage; }),
      Changed(truth, [](Consistency& c) { std::swap(c.old_tree.root, c.new_tree.root); }),
      Changed(truth, [](Consistency& c) { std::swap(c.old_tree, c.new_tree); }),
      Changed(truth, [](Consistency& c) { c.proof.clear(); }),
      Changed(truth, [](Consistency& c) { c.proof = Before(c.proof[0], c.proof); }),
      Changed(truth, [](Consistency& c) { c.proof = Before(c.old_tree.root, c.proof); }),
      Changed(truth, [](Consistency& c) { c.proof = Before(c.new_tree.root, c.proof); }),
      Changed(truth, [](Consistency& c) { c.proof = After(c.proof, c.old_tree.root); }),
      Changed(truth, [](Consistency& c) { c.proof = After(c.proof, c.new_tree.root); }),
  };
  for (const Proof& proof : Mutations(truth.proof, 4)) {
    forged.push_back(Changed(truth, [&](Consistency& c) { c.proof = proof; }));
  }
  return forged;
}

template <typename Claim>
void ExpectOnlyTheTruthVerifies(const Claim& truth) {
  EXPECT_EQ(truth.Verify(), absl::OkStatus());
  const std::vector<Claim> forged = Forged(truth);
  for (size_t i = 0; i < forged.size(); ++i) {
    EXPECT_TRUE(absl::IsInvalidArgument(forged[i].Verify())) << "forgery " << i;
  }
}

Inclusion TrueInclusion(const TiledTree& tiled, uint64_t index, uint64_t size) {
  return {tiled.leaves[index], index, size,
          InclusionProof(tiled.tree, tiled.tiles, index, size).value(),
          RootAt(tiled.tree, tiled.tiles, size).value()};
}

Consistency TrueConsistency(const TiledTree& tiled, uint64_t old_size, uint64_t new_size) {
  return {{old_size, RootAt(tiled.tree, tiled.tiles, old_size).value()},
          {new_size, RootAt(tiled.tree, tiled.tiles, new_size).value()},
          ConsistencyProof(tiled.tree, tiled.tiles, old_size, new_size).value()};
}

TEST(VerifyTest, ForgedInclusionProofsOfSmallTreesAreRefused) {
  TiledTree tiled;
  tiled.GrowTo(8);
  for (uint64_t size = 1; size <= 8; ++size) {
    for (uint64_t index = 0; index < size; ++index) {
      SCOPED_TRACE(std::to_string(index) + " of " + std::to_string(size));
      ExpectOnlyTheTruthVerifies(TrueInclusion(tiled, index, size));
    }
  }
}

TEST(VerifyTest, ForgedConsistencyProofsOfSmallTreesAreRefused) {
  TiledTree tiled;
  tiled.GrowTo(8);
  for (uint64_t new_size = 2; new_size <= 8; ++new_size) {
    for (uint64_t old_size = 1; old_size < new_size; ++old_size) {
      SCOPED_TRACE(std::to_string(old_size) + " to " + std::to_string(new_size));
      ExpectOnlyTheTruthVerifies(TrueConsistency(tiled, old_size, new_size));
    }
  }
}

TEST(VerifyTest, ForgedProofsOfALargeTreeAreRefused) {
  const uint32_t seed = testing::TestSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  TiledTree tiled;
  tiled.GrowTo(5'000);
  for (int i = 0; i < 30; ++i) {
    const uint64_t size = 2 + random() % 4'999;
    const uint64_t smaller = 1 + random() % (size - 1);
    SCOPED_TRACE(std::to_string(smaller) + " and " + std::to_string(size));
    ExpectOnlyTheTruthVerifies(TrueInclusion(tiled, smaller, size));
    ExpectOnlyTheTruthVerifies(TrueConsistency(tiled, smaller, size));
  }
}

TEST(VerifyTest, EqualSizesNeedEqualRootsAndAnEmptyProof) {
  const Hash root = LeafHash("entry");
  EXPECT_TRUE(VerifyConsistency({1, root}, {1, root}, {}).ok());
  EXPECT_FALSE(VerifyConsistency({1, root}, {1, kGarbage}, {}).ok());
  EXPECT_FALSE(VerifyConsistency({1, root}, {1, root}, {kGarbage}).ok());
}

TEST(VerifyTest, EmptyTreeIsAPrefixOnlyWithTheEmptyRootAndAnEmptyProof) {
  const Hash root = LeafHash("entry");
  EXPECT_TRUE(VerifyConsistency({0, EmptyRoot()}, {1, root}, {}).ok());
  EXPECT_TRUE(VerifyConsistency({0, EmptyRoot()}, {0, EmptyRoot()}, {}).ok());
  EXPECT_FALSE(VerifyConsistency({0, root}, {1, root}, {}).ok());
  EXPECT_FALSE(VerifyConsistency({0, EmptyRoot()}, {1, root}, {root}).ok());
  EXPECT_FALSE(VerifyConsistency({0, root}, {0, root}, {}).ok());
  EXPECT_FALSE(VerifyConsistency({0, EmptyRoot()}, {0, root}, {}).ok());
}

TEST(VerifyTest, SizesAtTheLimitOfTheIntegerAreHandled) {
  const uint64_t largest = UINT64_MAX;
  const Proof proof(64, kGarbage);
  EXPECT_FALSE(VerifyInclusion(kGarbage, largest - 1, largest, proof, kGarbage).ok());
  EXPECT_FALSE(VerifyInclusion(kGarbage, largest, largest, proof, kGarbage).ok());
  EXPECT_FALSE(VerifyConsistency({largest - 1, kGarbage}, {largest, kGarbage}, proof).ok());
  EXPECT_FALSE(VerifyConsistency({uint64_t{1} << 63, kGarbage}, {largest, kGarbage}, proof).ok());
}

}  // namespace
}  // namespace liggare::merkle
