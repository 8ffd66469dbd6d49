#include "eventstore/merkle/tree.h"

#include <gtest/gtest.h>

#include <random>

#include "eventstore/merkle/proof.h"
#include "tests/eventstore/merkle/memory_tiles.h"
#include "tests/eventstore/merkle/naive_tree.h"
#include "tests/testing/seed.h"

namespace liggare::merkle {
namespace {

using testing::Leaves;
using testing::NaiveRoot;
using testing::TiledTree;

constexpr uint64_t kLargest = 71'003;

// One tree for all tests, as growing it takes the most time.
const TiledTree& LargeTree() {
  static const TiledTree tiled = [] {
    TiledTree tree;
    tree.GrowTo(kLargest);
    return tree;
  }();
  return tiled;
}

// Sizes at which tiles and levels become full, and random ones between.
std::vector<uint64_t> Sizes(uint32_t seed) {
  std::vector<uint64_t> sizes = {0,      1,      2,      127,    128,     129,    254,
                                 255,    256,    257,    511,    512,     65'535, 65'536,
                                 65'537, 65'791, 65'792, 65'793, kLargest};
  std::mt19937 random(seed);
  for (int i = 0; i < 20; ++i) sizes.push_back(random() % kLargest);
  for (int i = 0; i < 20; ++i) sizes.push_back(random() % 1024);
  return sizes;
}

TEST(TreeTest, RootEqualsTheNaiveRootAfterEveryAppendUpToThreeTiles) {
  TiledTree tiled;
  EXPECT_EQ(tiled.tree.Root(), EmptyRoot());
  for (uint64_t size = 1; size <= 3 * kTileHashes + 1; ++size) {
    tiled.GrowTo(size);
    ASSERT_EQ(tiled.tree.Root(), NaiveRoot(tiled.leaves)) << size;
  }
}

TEST(TreeTest, RootEqualsTheNaiveRootAroundTheSecondLevel) {
  for (const uint64_t size : {65'535, 65'536, 65'537, 71'003}) {
    TiledTree tiled;
    tiled.GrowTo(size);
    EXPECT_EQ(tiled.tree.Root(), NaiveRoot(tiled.leaves)) << size;
  }
}

TEST(TreeTest, TilesAreWrittenOnceWhenFullWithTheirHashes) {
  const TiledTree& large = LargeTree();
  EXPECT_EQ(large.tiles.tiles.size(), kLargest / 256 + 1);
  const Leaves leaves(large.leaves);
  for (const auto& [key, bytes] : large.tiles.tiles) {
    ASSERT_EQ(bytes.size(), kTileBytes);
    const size_t width = key.first == 0 ? 1 : kTileHashes;
    for (const size_t i : {size_t{0}, size_t{100}, kTileHashes - 1}) {
      const Hash want = NaiveRoot(leaves.subspan((key.second * kTileHashes + i) * width, width));
      ASSERT_EQ(bytes.substr(i * kHashBytes, kHashBytes), HashBytes(want));
    }
  }
}

TEST(TreeTest, AppendTellsOfATileExactlyWhenItBecomesFull) {
  Tree tree;
  std::vector<FullTile> full;
  for (int i = 0; i < 255; ++i) tree.Append(LeafHash("entry"), full);
  EXPECT_TRUE(full.empty());
  tree.Append(LeafHash("entry"), full);
  ASSERT_EQ(full.size(), 1u);
  EXPECT_EQ(full[0].id, (TileId{.level = 0, .number = 0}));
  tree.Append(LeafHash("entry"), full);
  EXPECT_EQ(full.size(), 1u);
}

TEST(TreeTest, OpenTilesHoldWhatNoFullTileHolds) {
  const Tree& tree = LargeTree().tree;
  EXPECT_EQ(tree.OpenTile(0), LargeTree().OpenLeaves(kLargest));
  EXPECT_EQ(tree.OpenTile(1).size(), kLargest / 256 % 256);
  EXPECT_EQ(tree.OpenTile(2).size(), kLargest / 65'536);
  EXPECT_TRUE(tree.OpenTile(3).empty());
}

TEST(TreeTest, LoadedTreeEqualsTheOneThatGrew) {
  const uint32_t seed = testing::TestSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  const TiledTree& large = LargeTree();
  for (const uint64_t size : Sizes(seed)) {
    const auto loaded = Tree::Load(size, large.tiles, large.OpenLeaves(size));
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    EXPECT_EQ(loaded->size(), size);
    EXPECT_EQ(loaded->Root(), RootAt(large.tree, large.tiles, size).value()) << size;
  }
}

TEST(TreeTest, LoadedTreeGrowsLikeTheOneThatWasNeverClosed) {
  const uint32_t seed = testing::TestSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  const TiledTree& large = LargeTree();
  for (uint64_t size : Sizes(seed)) {
    Tree tree = Tree::Load(size, large.tiles, large.OpenLeaves(size)).value();
    std::vector<FullTile> full;
    const uint64_t end = std::min(size + 600, kLargest);
    for (; size < end; ++size) tree.Append(large.leaves[size], full);
    EXPECT_EQ(tree.Root(), RootAt(large.tree, large.tiles, end).value());
    for (const FullTile& tile : full) {
      EXPECT_EQ(tile.hashes, large.tiles.tiles.at({tile.id.level, tile.id.number}));
    }
  }
}

TEST(TreeTest, CopyGrowsWithoutChangingTheOriginal) {
  TiledTree tiled;
  tiled.GrowTo(300);
  const Hash root = tiled.tree.Root();
  Tree copy = tiled.tree;
  std::vector<FullTile> full;
  copy.Append(LeafHash("speculative"), full);
  EXPECT_EQ(tiled.tree.size(), 300u);
  EXPECT_EQ(tiled.tree.Root(), root);
  EXPECT_NE(copy.Root(), root);
}

TEST(TreeTest, LoadRefusesAWrongCountOfOpenLeaves) {
  TiledTree tiled;
  tiled.GrowTo(300);
  std::vector<Hash> open = tiled.OpenLeaves(300);
  open.pop_back();
  EXPECT_TRUE(absl::IsInvalidArgument(Tree::Load(300, tiled.tiles, open).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Tree::Load(300, tiled.tiles, {}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Tree::Load(0, tiled.tiles, open).status()));
}

TEST(TreeTest, LoadTellsOfAMissingTile) {
  TiledTree tiled;
  tiled.GrowTo(700);
  tiled.tiles.tiles.erase({0, 1});
  EXPECT_TRUE(absl::IsDataLoss(Tree::Load(700, tiled.tiles, tiled.OpenLeaves(700)).status()));
}

TEST(TreeTest, LoadTellsOfATornTile) {
  TiledTree tiled;
  tiled.GrowTo(700);
  tiled.tiles.tiles.at({0, 1}).pop_back();
  EXPECT_TRUE(absl::IsDataLoss(Tree::Load(700, tiled.tiles, tiled.OpenLeaves(700)).status()));
}

TEST(TreeTest, LoadOverAnAlteredTileGivesAnotherRoot) {
  TiledTree tiled;
  tiled.GrowTo(700);
  tiled.tiles.tiles.at({0, 1})[17] ^= 1;
  EXPECT_NE(Tree::Load(700, tiled.tiles, tiled.OpenLeaves(700))->Root(), tiled.tree.Root());
}

}  // namespace
}  // namespace liggare::merkle
