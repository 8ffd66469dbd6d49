#include "eventstore/log/read/log_tiles.h"

#include <string>
#include <vector>

#include "eventstore/log/bytes/entry.h"
#include "eventstore/log/bytes/keys.h"

namespace liggare::log {
namespace {

absl::Status Damaged(uint64_t index, const std::string& what) {
  return absl::DataLossError("entry " + std::to_string(index) + " " + what);
}

// The leaf hash of a stored entry, which its id row must confirm. An entry that is
// withheld has none.
absl::StatusOr<merkle::Hash> CheckedLeaf(const Database& database, const keys::EventKey& key) {
  auto entry = database.Get(Family::kEvents, keys::Encode(key));
  if (!entry.ok()) return entry.status();
  if (!*entry) return Damaged(key.index, "is missing");
  if (merkle::IsWithheld(**entry)) return merkle::LeafOf(**entry);
  const auto header = ParseEntryHeader(**entry);
  if (!header.ok()) return Damaged(key.index, "does not parse");
  const keys::IdKey id_key = {.event_id = header->data_header.event_id, .log = key.log};
  auto id_row = database.Get(Family::kIds, keys::Encode(id_key));
  if (!id_row.ok()) return id_row.status();
  const auto id_value = keys::ParseIdValue(id_row->value_or(""));
  if (!id_value) return Damaged(key.index, "has no id row");
  const merkle::Hash leaf = merkle::LeafHash(**entry);
  // Another node's log may hold an id twice; the row is then of the later entry.
  if (id_value->index == key.index && id_value->leaf_prefix != keys::LeafPrefix(leaf)) {
    return Damaged(key.index, "differs from its leaf hash");
  }
  return leaf;
}

}  // namespace

absl::StatusOr<std::string> LogTiles::ReadTile(merkle::TileId id) const {
  auto tile =
      database_.Get(Family::kTiles, keys::Encode(keys::TileKey{.log = log_number_, .id = id}));
  if (!tile.ok()) return tile.status();
  if (!*tile) {
    return absl::NotFoundError("tile " + std::to_string(id.number) + " of level " +
                               std::to_string(id.level) + " is missing");
  }
  return **std::move(tile);
}

absl::StatusOr<merkle::Tree> LoadTree(const Database& database, uint32_t log_number,
                                      uint64_t size) {
  std::vector<merkle::Hash> open_leaves;
  for (uint64_t index = size - size % merkle::kTileHashes; index < size; ++index) {
    auto leaf = CheckedLeaf(database, {.log = log_number, .index = index});
    if (!leaf.ok()) return leaf.status();
    open_leaves.push_back(*leaf);
  }
  return merkle::Tree::Load(size, LogTiles(database, log_number), open_leaves);
}

}  // namespace liggare::log
