// Where C2SP tlog-tiles puts the files of a log, and what is in a bundle of entries.
//
//   checkpoint
//   tile/<level>/<number>            256 hashes of 32 bytes (merkle/tree.h)
//   tile/entries/<number>            256 entries, each after its length (u16, big-endian)
//   tile/…/<number>.p/<width>        the same of the last ones, while they are fewer
//
// A number is written in groups of three digits, all but the last after an x:
// 1234067 is x001/x234/067.
#ifndef CLIENTS_CLI_VERIFY_TILE_LAYOUT_H_
#define CLIENTS_CLI_VERIFY_TILE_LAYOUT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "eventstore/merkle/tree.h"

namespace liggare::cli {

inline constexpr char kCheckpointFile[] = "checkpoint";
inline constexpr char kTileFolder[] = "tile";

// `width` is how many hashes or entries there are: 1 to 256.
std::string TilePath(merkle::TileId id, size_t width);
std::string BundlePath(uint64_t number, size_t width);

// Adds an entry to a bundle. LIMIT_EXCEEDED if its length does not fit into 16 bits.
absl::Status AddToBundle(std::string_view entry, std::string& bundle);

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_VERIFY_TILE_LAYOUT_H_
