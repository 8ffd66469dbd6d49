// The tiles of one log in a Database, and the tree rebuilt from them. Private to
// this folder.
#ifndef EVENTSTORE_LOG_READ_LOG_TILES_H_
#define EVENTSTORE_LOG_READ_LOG_TILES_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "eventstore/log/database/database.h"
#include "eventstore/merkle/tree.h"

namespace liggare::log {

// Thread-safe. The database must outlive it.
class LogTiles : public merkle::TileReader {
 public:
  LogTiles(const Database& database, uint32_t log_number)
      : database_(database), log_number_(log_number) {}
  absl::StatusOr<std::string> ReadTile(merkle::TileId id) const override;

 private:
  const Database& database_;
  const uint32_t log_number_;
};

// The tree of the first `size` entries of a log: full tiles as stored, the open
// ones from the entries. Each such entry's leaf hash is checked against its id
// row first, for a node that signed a root over a damaged entry would convict
// itself of a fork. DATA_LOSS names the index that is missing or damaged.
absl::StatusOr<merkle::Tree> LoadTree(const Database& database, uint32_t log_number, uint64_t size);

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_READ_LOG_TILES_H_
