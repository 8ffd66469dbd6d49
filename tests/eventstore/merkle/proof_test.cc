#include "eventstore/merkle/proof.h"

#include <gtest/gtest.h>

#include <random>

#include "eventstore/merkle/verify.h"
#include "tests/eventstore/merkle/memory_tiles.h"
#include "tests/eventstore/merkle/naive_tree.h"
#include "tests/testing/seed.h"

namespace liggare::merkle {
namespace {

using testing::Leaves;
using testing::NaivePath;
using testing::NaiveProof;
using testing::NaiveRoot;
using testing::TiledTree;

constexpr uint64_t kLargest = 70'300;

class ProofTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    large_ = new TiledTree;
    large_->GrowTo(kLargest);
  }
  static void TearDownTestSuite() { delete large_; }

  Leaves First(uint64_t size) const { return Leaves(large_->leaves).first(size); }
  uint64_t Random(uint64_t below) { return random_() % below; }

  // Sizes from 1 at which tiles and levels become full, and random ones.
  std::vector<uint64_t> Sizes() {
    std::vector<uint64_t> sizes = {1,   2,   255,    256,    257,    258,     511,
                                   512, 513, 65'535, 65'536, 65'537, kLargest};
    for (int i = 0; i < 12; ++i) sizes.push_back(1 + Random(kLargest));
    for (int i = 0; i < 12; ++i) sizes.push_back(1 + Random(2'000));
    return sizes;
  }

  void ExpectInclusion(uint64_t index, uint64_t size) {
    const auto proof = InclusionProof(large_->tree, large_->tiles, index, size);
    ASSERT_TRUE(proof.ok()) << proof.status();
    EXPECT_EQ(*proof, NaivePath(index, First(size))) << index << " of " << size;
    const Hash root = RootAt(large_->tree, large_->tiles, size).value();
    EXPECT_TRUE(VerifyInclusion(large_->leaves[index], index, size, *proof, root).ok());
  }

  void ExpectConsistency(uint64_t old_size, uint64_t new_size) {
    const auto proof = ConsistencyProof(large_->tree, large_->tiles, old_size, new_size);
    ASSERT_TRUE(proof.ok()) << proof.status();
    EXPECT_EQ(*proof, NaiveProof(old_size, First(new_size))) << old_size << " to " << new_size;
    const Hash old_root = RootAt(large_->tree, large_->tiles, old_size).value();
    const Hash new_root = RootAt(large_->tree, large_->tiles, new_size).value();
    EXPECT_TRUE(VerifyConsistency({old_size, old_root}, {new_size, new_root}, *proof).ok());
  }

  const uint32_t seed_ = testing::TestSeed();
  std::mt19937 random_{seed_};
  ::testing::ScopedTrace trace_{__FILE__, __LINE__, "seed " + std::to_string(seed_)};
  static TiledTree* large_;
};

TiledTree* ProofTest::large_ = nullptr;

TEST_F(ProofTest, RootAtEqualsTheNaiveRoot) {
  EXPECT_EQ(RootAt(large_->tree, large_->tiles, 0).value(), EmptyRoot());
  for (const uint64_t size : Sizes()) {
    EXPECT_EQ(RootAt(large_->tree, large_->tiles, size).value(), NaiveRoot(First(size))) << size;
  }
}

TEST_F(ProofTest, InclusionProofEqualsTheNaivePathAndVerifies) {
  for (const uint64_t size : Sizes()) {
    ExpectInclusion(0, size);
    ExpectInclusion(size - 1, size);
    ExpectInclusion(Random(size), size);
  }
}

TEST_F(ProofTest, ConsistencyProofEqualsTheNaiveProofAndVerifies) {
  for (const uint64_t new_size : Sizes()) {
    ExpectConsistency(1, new_size);
    ExpectConsistency(new_size, new_size);
    ExpectConsistency(1 + Random(new_size), new_size);
  }
  ExpectConsistency(255, 256);
  ExpectConsistency(256, 257);
  ExpectConsistency(65'535, 65'537);
  ExpectConsistency(65'536, kLargest);
}

TEST_F(ProofTest, AllProofsOfASmallTreeEqualTheNaiveOnes) {
  for (uint64_t size = 1; size <= 33; ++size) {
    for (uint64_t index = 0; index < size; ++index) ExpectInclusion(index, size);
    for (uint64_t old_size = 1; old_size <= size; ++old_size) ExpectConsistency(old_size, size);
  }
}

TEST_F(ProofTest, ProofsOfALoadedTreeEqualThoseOfTheOneThatGrew) {
  const uint64_t size = 1 + Random(kLargest);
  const Tree loaded = Tree::Load(size, large_->tiles, large_->OpenLeaves(size)).value();
  const uint64_t index = Random(size);
  EXPECT_EQ(InclusionProof(loaded, large_->tiles, index, size).value(),
            InclusionProof(large_->tree, large_->tiles, index, size).value());
  EXPECT_EQ(ConsistencyProof(loaded, large_->tiles, index, size).value(),
            ConsistencyProof(large_->tree, large_->tiles, index, size).value());
}

TEST_F(ProofTest, EachTileIsReadOnceForAProof) {
  for (int i = 0; i < 50; ++i) {
    const uint64_t size = 1 + Random(kLargest);
    large_->tiles.reads.clear();
    ASSERT_TRUE(InclusionProof(large_->tree, large_->tiles, Random(size), size).ok());
    EXPECT_LE(large_->tiles.reads.size(), 4u);
    for (const auto& [tile, reads] : large_->tiles.reads) EXPECT_EQ(reads, 1);
  }
}

TEST_F(ProofTest, NothingIsReadForAProofFromOpenTilesAlone) {
  TiledTree small;
  small.GrowTo(200);
  ASSERT_TRUE(InclusionProof(small.tree, small.tiles, 77, 150).ok());
  ASSERT_TRUE(ConsistencyProof(small.tree, small.tiles, 77, 150).ok());
  EXPECT_TRUE(small.tiles.reads.empty());
}

TEST_F(ProofTest, ProofFromSizeZeroIsEmpty) {
  EXPECT_TRUE(ConsistencyProof(large_->tree, large_->tiles, 0, 100)->empty());
}

TEST_F(ProofTest, BeyondTheTreeIsOutOfRange) {
  const auto is_beyond = [](const auto& result) { return absl::IsOutOfRange(result.status()); };
  EXPECT_TRUE(is_beyond(RootAt(large_->tree, large_->tiles, kLargest + 1)));
  EXPECT_TRUE(is_beyond(InclusionProof(large_->tree, large_->tiles, 0, kLargest + 1)));
  EXPECT_TRUE(is_beyond(InclusionProof(large_->tree, large_->tiles, 10, 10)));
  EXPECT_TRUE(is_beyond(InclusionProof(large_->tree, large_->tiles, 0, 0)));
  EXPECT_TRUE(is_beyond(ConsistencyProof(large_->tree, large_->tiles, 1, kLargest + 1)));
  EXPECT_TRUE(is_beyond(ConsistencyProof(large_->tree, large_->tiles, 11, 10)));
}

TEST_F(ProofTest, AMissingTileIsDataLoss) {
  testing::MemoryTiles none;
  EXPECT_TRUE(absl::IsDataLoss(InclusionProof(large_->tree, none, 0, kLargest).status()));
  EXPECT_TRUE(absl::IsDataLoss(ConsistencyProof(large_->tree, none, 3, kLargest).status()));
  EXPECT_TRUE(absl::IsDataLoss(RootAt(large_->tree, none, 300).status()));
}

}  // namespace
}  // namespace liggare::merkle
