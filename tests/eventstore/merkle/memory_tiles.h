// A tree whose tiles are kept in memory, with what a test wants to see of them.
#ifndef TESTS_EVENTSTORE_MERKLE_MEMORY_TILES_H_
#define TESTS_EVENTSTORE_MERKLE_MEMORY_TILES_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "eventstore/merkle/tree.h"

namespace liggare::testing {

// Full tiles by level and number. Counts how often each is read.
class MemoryTiles : public merkle::TileReader {
 public:
  using Key = std::pair<int, uint64_t>;

  absl::StatusOr<std::string> ReadTile(merkle::TileId id) const override {
    const Key key{id.level, id.number};
    ++reads[key];
    const auto tile = tiles.find(key);
    if (tile == tiles.end()) return absl::NotFoundError("no such tile");
    return tile->second;
  }

  std::map<Key, std::string> tiles;
  mutable std::map<Key, int> reads;
};

// A tree together with all its leaves and its full tiles.
struct TiledTree {
  merkle::Tree tree;
  MemoryTiles tiles;
  std::vector<merkle::Hash> leaves;

  void Append(const merkle::Hash& leaf) {
    std::vector<merkle::FullTile> full;
    tree.Append(leaf, full);
    leaves.push_back(leaf);
    for (merkle::FullTile& tile : full) {
      tiles.tiles.emplace(MemoryTiles::Key{tile.id.level, tile.id.number}, std::move(tile.hashes));
    }
  }

  // Appends entries "0", "1", … up to the size.
  void GrowTo(uint64_t size) {
    while (tree.size() < size) Append(merkle::LeafHash(std::to_string(tree.size())));
  }

  // The leaf hashes that no full tile holds when the tree has this size.
  std::vector<merkle::Hash> OpenLeaves(uint64_t size) const {
    const auto end = leaves.begin() + static_cast<std::ptrdiff_t>(size);
    return {end - static_cast<std::ptrdiff_t>(size % merkle::kTileHashes), end};
  }
};

}  // namespace liggare::testing

#endif  // TESTS_EVENTSTORE_MERKLE_MEMORY_TILES_H_
