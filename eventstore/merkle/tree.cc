#include "eventstore/merkle/tree.h"

#include <utility>

#include "eventstore/merkle/subtree.h"

namespace liggare::merkle {
namespace {

// Above this level a tree of 2^64 entries has no hash.
constexpr int kLevelsMax = 64 / kTileHeight;

std::string TileBytes(const std::vector<Hash>& hashes) {
  std::string bytes;
  bytes.reserve(kTileBytes);
  for (const Hash& hash : hashes) bytes += HashBytes(hash);
  return bytes;
}

absl::StatusOr<Hash> FullTileRoot(const TileReader& tiles, TileId id) {
  auto hashes = ReadTileHashes(tiles, id);
  if (!hashes.ok()) return hashes.status();
  return PerfectRoot(*std::move(hashes));
}

// The hashes of the open tile of `level` >= 1: each is the root of a full tile
// of the level below.
absl::StatusOr<std::vector<Hash>> OpenHashes(uint64_t size, const TileReader& tiles, int level) {
  const uint64_t end = size >> (kTileHeight * level);
  const uint64_t begin = end - end % kTileHashes;
  std::vector<Hash> hashes;
  hashes.reserve(kTileHashes);
  for (uint64_t number = begin; number < end; ++number) {
    auto root = FullTileRoot(tiles, {.level = level - 1, .number = number});
    if (!root.ok()) return root.status();
    hashes.push_back(*root);
  }
  return hashes;
}

}  // namespace

absl::StatusOr<std::vector<Hash>> ReadTileHashes(const TileReader& tiles, TileId id) {
  const std::string name =
      "tile " + std::to_string(id.number) + " of level " + std::to_string(id.level);
  auto bytes = tiles.ReadTile(id);
  if (absl::IsNotFound(bytes.status())) return absl::DataLossError(name + " is missing");
  if (!bytes.ok()) return bytes.status();
  if (bytes->size() != kTileBytes) {
    return absl::DataLossError(name + " has " + std::to_string(bytes->size()) + " bytes, not " +
                               std::to_string(kTileBytes));
  }
  std::vector<Hash> hashes;
  hashes.reserve(kTileHashes);
  for (size_t i = 0; i < kTileBytes; i += kHashBytes) {
    hashes.push_back(*HashFromBytes(std::string_view(*bytes).substr(i, kHashBytes)));
  }
  return hashes;
}

absl::StatusOr<Tree> Tree::Load(uint64_t size, const TileReader& tiles,
                                const std::vector<Hash>& open_leaves) {
  if (open_leaves.size() != size % kTileHashes) {
    return absl::InvalidArgumentError("a tree of " + std::to_string(size) + " entries has " +
                                      std::to_string(size % kTileHashes) + " open leaves, not " +
                                      std::to_string(open_leaves.size()));
  }
  Tree tree;
  tree.size_ = size;
  if (size > 0) tree.open_.emplace_back().AddAll(open_leaves);
  for (int level = 1; level < kLevelsMax && (size >> (kTileHeight * level)) > 0; ++level) {
    auto hashes = OpenHashes(size, tiles, level);
    if (!hashes.ok()) return hashes.status();
    tree.open_.emplace_back().AddAll(*hashes);
  }
  return tree;
}

void Tree::Open::Add(const Hash& hash) {
  hashes.push_back(hash);
  Hash root = hash;
  for (size_t count = hashes.size(); count % 2 == 0; count /= 2) {
    root = NodeHash(subtrees.back(), root);
    subtrees.pop_back();
  }
  subtrees.push_back(root);
}

void Tree::Open::AddAll(const std::vector<Hash>& all) {
  hashes.reserve(kTileHashes);
  for (const Hash& hash : all) Add(hash);
}

void Tree::Append(const Hash& leaf, std::vector<FullTile>& full) {
  ++size_;
  Hash hash = leaf;
  for (size_t level = 0;; ++level) {
    if (level == open_.size()) open_.emplace_back().hashes.reserve(kTileHashes);
    Open& tile = open_[level];
    tile.Add(hash);
    if (tile.hashes.size() < kTileHashes) return;

    const int height = kTileHeight * static_cast<int>(level + 1);
    const uint64_t number = (size_ >> height) - 1;
    full.push_back({.id = {.level = static_cast<int>(level), .number = number},
                    .hashes = TileBytes(tile.hashes)});
    hash = tile.subtrees.front();
    tile.hashes.clear();
    tile.subtrees.clear();
  }
}

Hash Tree::Root() const {
  RightEdge edge;
  for (const Open& tile : open_) {
    for (size_t i = tile.subtrees.size(); i > 0; --i) edge.AddLeft(tile.subtrees[i - 1]);
  }
  return edge.hash().value_or(EmptyRoot());
}

const std::vector<Hash>& Tree::OpenTile(int level) const {
  static const std::vector<Hash> none;
  const auto i = static_cast<size_t>(level);
  return i < open_.size() ? open_[i].hashes : none;
}

}  // namespace liggare::merkle
