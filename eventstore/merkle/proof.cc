#include "eventstore/merkle/proof.h"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>

#include "eventstore/merkle/subtree.h"

namespace liggare::merkle {
namespace {

// Entries [begin, end) of a tree: a subtree that RFC 6962's recursion visits.
struct Range {
  uint64_t begin = 0;
  uint64_t end = 0;

  uint64_t size() const { return end - begin; }
  // Where RFC 6962 splits it: the largest power of two below its size. The
  // range must have at least two entries.
  uint64_t middle() const { return begin + std::bit_floor(size() - 1); }
  Range left() const { return {begin, middle()}; }
  Range right() const { return {middle(), end}; }
};

// Computes subtree hashes from tiles; each full tile is read at most once in the
// object's life. The tree and the reader must outlive it.
class NodeSource {
 public:
  NodeSource(const Tree& tree, const TileReader& reader) : tree_(tree), reader_(reader) {}

  // The root over the range; EmptyRoot() for an empty one.
  absl::StatusOr<Hash> RangeRoot(Range range) {
    RightEdge edge;
    uint64_t end = range.end;
    while (end > range.begin) {
      const int height = std::countr_zero(end - range.begin);
      auto hash = PerfectSubtree(height, (end >> height) - 1);
      if (!hash.ok()) return hash.status();
      edge.AddLeft(*hash);
      end -= uint64_t{1} << height;
    }
    return edge.hash().value_or(EmptyRoot());
  }

  // The roots over the ranges, last range first.
  absl::StatusOr<Proof> RangeRootsReversed(const std::vector<Range>& ranges) {
    Proof proof;
    proof.reserve(ranges.size());
    for (auto range = ranges.rbegin(); range != ranges.rend(); ++range) {
      auto hash = RangeRoot(*range);
      if (!hash.ok()) return hash.status();
      proof.push_back(*hash);
    }
    return proof;
  }

 private:
  struct CachedTile {
    TileId id;
    std::vector<Hash> hashes;
  };

  // The root of the `number`th subtree of 2^height entries.
  absl::StatusOr<Hash> PerfectSubtree(int height, uint64_t number) {
    const int height_in_tile = height % kTileHeight;
    const uint64_t first = number << height_in_tile;
    auto tile = Tile({.level = height / kTileHeight, .number = first / kTileHashes});
    if (!tile.ok()) return tile.status();
    const auto begin = (*tile)->begin() + static_cast<std::ptrdiff_t>(first % kTileHashes);
    return PerfectRoot({begin, begin + (std::ptrdiff_t{1} << height_in_tile)});
  }

  // The tile's hashes; valid until the next call.
  absl::StatusOr<const std::vector<Hash>*> Tile(TileId id) {
    const uint64_t full_tiles = (tree_.size() >> (kTileHeight * id.level)) / kTileHashes;
    if (id.number >= full_tiles) return &tree_.OpenTile(id.level);
    auto cached = std::find_if(cache_.begin(), cache_.end(),
                               [id](const CachedTile& tile) { return tile.id == id; });
    if (cached != cache_.end()) return &cached->hashes;
    auto hashes = ReadTileHashes(reader_, id);
    if (!hashes.ok()) return hashes.status();
    cache_.push_back({id, *std::move(hashes)});
    return &cache_.back().hashes;
  }

  const Tree& tree_;
  const TileReader& reader_;
  std::vector<CachedTile> cache_;  // A proof needs at most two tiles per level.
};

absl::Status TooLarge(const char* what, uint64_t value, uint64_t limit) {
  return absl::OutOfRangeError(std::string(what) + " " + std::to_string(value) + " is beyond " +
                               std::to_string(limit));
}

}  // namespace

absl::StatusOr<Hash> RootAt(const Tree& tree, const TileReader& tiles, uint64_t size) {
  if (size > tree.size()) return TooLarge("size", size, tree.size());
  if (size == tree.size()) return tree.Root();
  return NodeSource(tree, tiles).RangeRoot({0, size});
}

absl::StatusOr<Proof> InclusionProof(const Tree& tree, const TileReader& tiles, uint64_t index,
                                     uint64_t size) {
  if (size > tree.size()) return TooLarge("size", size, tree.size());
  if (index >= size) return TooLarge("index", index, size);
  std::vector<Range> siblings;
  for (Range range{0, size}; range.size() > 1;) {
    const bool is_left = index < range.middle();
    siblings.push_back(is_left ? range.right() : range.left());
    range = is_left ? range.left() : range.right();
  }
  return NodeSource(tree, tiles).RangeRootsReversed(siblings);
}

absl::StatusOr<Proof> ConsistencyProof(const Tree& tree, const TileReader& tiles, uint64_t old_size,
                                       uint64_t new_size) {
  if (new_size > tree.size()) return TooLarge("new size", new_size, tree.size());
  if (old_size > new_size) return TooLarge("old size", old_size, new_size);
  if (old_size == 0 || old_size == new_size) return Proof{};
  std::vector<Range> ranges;
  Range range{0, new_size};
  while (range.end != old_size) {
    const bool ends_left = old_size <= range.middle();
    ranges.push_back(ends_left ? range.right() : range.left());
    range = ends_left ? range.left() : range.right();
  }
  // The verifier has the old root itself, so it is not sent.
  if (range.begin != 0) ranges.push_back(range);
  return NodeSource(tree, tiles).RangeRootsReversed(ranges);
}

}  // namespace liggare::merkle
