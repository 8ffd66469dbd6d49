// An append-only Merkle tree kept as C2SP tiles of 256 hashes.
//
//   level 2   [                    tile 0                     ]   each hash: 65,536 entries
//   level 1   [ tile 0 ][ tile 1 ] ...                            each hash: 256 entries
//   level 0   [t0][t1][t2] ...                            [open]  each hash: one entry
//
// A tile is full when it holds 256 hashes; it is then written once and never
// changes. Each level has at most one open tile, whose hashes are only in
// memory: they are rebuilt from full tiles and at most 255 entries.
//
// Tree is a value: copy it to append speculatively, move the copy back to keep
// it. Not thread-safe for writing; const methods may run concurrently.
#ifndef EVENTSTORE_MERKLE_TREE_H_
#define EVENTSTORE_MERKLE_TREE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/merkle/hash.h"

namespace liggare::merkle {

inline constexpr int kTileHeight = 8;
inline constexpr size_t kTileHashes = 1 << kTileHeight;
inline constexpr size_t kTileBytes = kTileHashes * kHashBytes;

// Names a tile: its level (0 holds leaf hashes) and its place on that level.
struct TileId {
  int level = 0;
  uint64_t number = 0;
  bool operator==(const TileId&) const = default;
};

// A tile that has just become full; `hashes` is kTileBytes long.
struct FullTile {
  TileId id;
  std::string hashes;
};

// Where full tiles are read from. Must give kTileBytes for every full tile of
// the tree, or an error: NOT_FOUND for a tile that is not there.
class TileReader {
 public:
  virtual ~TileReader() = default;
  virtual absl::StatusOr<std::string> ReadTile(TileId id) const = 0;
};

// The hashes of a full tile. DATA_LOSS if it is missing or has the wrong length.
absl::StatusOr<std::vector<Hash>> ReadTileHashes(const TileReader& tiles, TileId id);

class Tree {
 public:
  // The empty tree.
  Tree() = default;

  // The tree of `size` entries whose full tiles are in `tiles` and whose last
  // size % 256 leaf hashes are `open_leaves`. Reads the full tiles that cover
  // the open tiles of the levels above. DATA_LOSS if a tile is missing or has
  // the wrong length; INVALID_ARGUMENT if `open_leaves` has the wrong count.
  static absl::StatusOr<Tree> Load(uint64_t size, const TileReader& tiles,
                                   const std::vector<Hash>& open_leaves);

  // Appends one leaf hash. Tiles that became full are added to `full`.
  void Append(const Hash& leaf, std::vector<FullTile>& full);

  uint64_t size() const { return size_; }

  // The root of the whole tree (RFC 6962, 2.1); EmptyRoot() for size 0. Needs
  // no tile and hashes at most 8 times for each level.
  Hash Root() const;

  // The hashes of the open tile of `level`; empty where there is none.
  const std::vector<Hash>& OpenTile(int level) const;

 private:
  // A tile that is not full, and the roots of the perfect subtrees that it
  // consists of, from left to right: one for each bit of its count.
  struct Open {
    std::vector<Hash> hashes;
    std::vector<Hash> subtrees;

    // Afterwards `subtrees` has one root alone if the tile is full.
    void Add(const Hash& hash);
    void AddAll(const std::vector<Hash>& all);
  };

  uint64_t size_ = 0;
  std::vector<Open> open_;  // By level; each shorter than kTileHashes.
};

}  // namespace liggare::merkle

#endif  // EVENTSTORE_MERKLE_TREE_H_
