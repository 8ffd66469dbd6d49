// Every published value in rfc6962.json.
#include <gtest/gtest.h>

#include "eventstore/merkle/hash.h"
#include "eventstore/merkle/proof.h"
#include "eventstore/merkle/subtree.h"
#include "eventstore/merkle/tree.h"
#include "eventstore/merkle/verify.h"
#include "tests/eventstore/merkle/memory_tiles.h"
#include "tests/eventstore/merkle/naive_tree.h"
#include "tests/eventstore/merkle/vector_file.h"

namespace liggare::merkle {
namespace {

using testing::BytesOfHex;
using testing::HashOfHex;
using testing::ProofOf;

class Rfc6962VectorsTest : public ::testing::Test {
 protected:
  Rfc6962VectorsTest() {
    for (const auto& input : vectors_["leaf_inputs"]) {
      tiled_.Append(LeafHash(BytesOfHex(input.get<std::string>())));
    }
  }

  Hash RootOfSize(uint64_t size) const {
    return HashOfHex(vectors_["roots_by_size"][std::to_string(size)].get<std::string>());
  }

  const nlohmann::json vectors_ = testing::ReadVectorFile("rfc6962.json");
  testing::TiledTree tiled_;
};

TEST_F(Rfc6962VectorsTest, HasherGivesThePublishedHashes) {
  for (const auto& item : vectors_["hasher"]) {
    const std::string op = item["op"];
    const Hash want = HashOfHex(item["want"].get<std::string>());
    if (op == "empty_root") {
      EXPECT_EQ(EmptyRoot(), want);
    } else if (op == "leaf") {
      EXPECT_EQ(LeafHash(BytesOfHex(item["input"].get<std::string>())), want);
    } else {
      // The published children are 4 bytes, which a Hash cannot be. A leaf whose
      // entry begins like a node differs from it in the prefix alone.
      ASSERT_EQ(op, "node");
      EXPECT_NE(
          LeafHash(BytesOfHex(item["left"].get<std::string>() + item["right"].get<std::string>())),
          want);
    }
  }
}

TEST_F(Rfc6962VectorsTest, RootsOfAllSizesAreThePublishedOnes) {
  Tree tree;
  std::vector<FullTile> full;
  EXPECT_EQ(tree.Root(), RootOfSize(0));
  for (uint64_t size = 1; size <= tiled_.leaves.size(); ++size) {
    tree.Append(tiled_.leaves[size - 1], full);
    EXPECT_EQ(tree.Root(), RootOfSize(size)) << size;
  }
  for (uint64_t size = 0; size <= tiled_.leaves.size(); ++size) {
    EXPECT_EQ(RootAt(tiled_.tree, tiled_.tiles, size).value(), RootOfSize(size)) << size;
  }
}

TEST_F(Rfc6962VectorsTest, NodeHashesOfAllLevelsAreThePublishedOnes) {
  std::vector<Hash> level = tiled_.leaves;
  for (const auto& published : vectors_["node_hashes_by_level"]) {
    EXPECT_EQ(level, ProofOf(published));
    std::vector<Hash> next;
    for (size_t i = 0; i + 1 < level.size(); i += 2) {
      next.push_back(NodeHash(level[i], level[i + 1]));
    }
    level = next;
  }
}

TEST_F(Rfc6962VectorsTest, CompactRangesJoinToTheRoots) {
  for (const auto& [size, published] : vectors_["compact_range_by_size"].items()) {
    const Proof range = ProofOf(published);
    RightEdge edge;
    for (auto hash = range.rbegin(); hash != range.rend(); ++hash) edge.AddLeft(*hash);
    EXPECT_EQ(edge.hash().value_or(EmptyRoot()), RootOfSize(std::stoull(size))) << size;
  }
}

TEST_F(Rfc6962VectorsTest, PublishedInclusionProofsAreMadeAndVerified) {
  for (const auto& item : vectors_["published_inclusion"]) {
    const uint64_t index = item["leaf_index"];
    const uint64_t size = item["tree_size"];
    const Proof proof = ProofOf(item["proof"]);
    EXPECT_EQ(InclusionProof(tiled_.tree, tiled_.tiles, index, size).value(), proof);
    EXPECT_EQ(VerifyInclusion(HashOfHex(item["leaf_hash"].get<std::string>()), index, size, proof,
                              HashOfHex(item["root"].get<std::string>())),
              absl::OkStatus());
  }
}

TEST_F(Rfc6962VectorsTest, PublishedConsistencyProofsAreMadeAndVerified) {
  for (const auto& item : vectors_["published_consistency"]) {
    const SizedRoot old_tree{item["size1"], HashOfHex(item["root1"].get<std::string>())};
    const SizedRoot new_tree{item["size2"], HashOfHex(item["root2"].get<std::string>())};
    const Proof proof = ProofOf(item["proof"]);
    EXPECT_EQ(ConsistencyProof(tiled_.tree, tiled_.tiles, old_tree.size, new_tree.size).value(),
              proof);
    EXPECT_EQ(VerifyConsistency(old_tree, new_tree, proof), absl::OkStatus());
  }
}

TEST_F(Rfc6962VectorsTest, ComputedInclusionProofsOfSizes1To8AreMadeAndVerified) {
  const auto& items = vectors_["computed_inclusion_all_sizes_1_to_8"]["items"];
  ASSERT_EQ(items.size(), 36u);
  for (const auto& item : items) {
    const uint64_t index = item["leaf_index"];
    const uint64_t size = item["tree_size"];
    const Proof proof = ProofOf(item["proof"]);
    EXPECT_EQ(InclusionProof(tiled_.tree, tiled_.tiles, index, size).value(), proof);
    EXPECT_EQ(VerifyInclusion(tiled_.leaves[index], index, size, proof, RootOfSize(size)),
              absl::OkStatus());
  }
}

TEST_F(Rfc6962VectorsTest, ComputedConsistencyProofsOfSizes1To8AreMadeAndVerified) {
  const auto& items = vectors_["computed_consistency_all_sizes_1_to_8"]["items"];
  ASSERT_EQ(items.size(), 36u);
  for (const auto& item : items) {
    const uint64_t old_size = item["size1"];
    const uint64_t new_size = item["size2"];
    const Proof proof = ProofOf(item["proof"]);
    EXPECT_EQ(ConsistencyProof(tiled_.tree, tiled_.tiles, old_size, new_size).value(), proof);
    EXPECT_EQ(VerifyConsistency({old_size, RootOfSize(old_size)}, {new_size, RootOfSize(new_size)},
                                proof),
              absl::OkStatus());
  }
}

TEST_F(Rfc6962VectorsTest, NaiveReferenceGivesThePublishedRoots) {
  for (size_t size = 0; size <= tiled_.leaves.size(); ++size) {
    EXPECT_EQ(testing::NaiveRoot(testing::Leaves(tiled_.leaves).first(size)), RootOfSize(size));
  }
}

}  // namespace
}  // namespace liggare::merkle
