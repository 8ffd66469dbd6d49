#include "clients/cli/verify/tile_layout.h"

#include "eventstore/log/bytes/entry.h"
#include "proto/error/error.h"

namespace liggare::cli {
namespace {

constexpr uint64_t kGroup = 1000;

std::string NumberPath(uint64_t number) {
  const std::string digits = std::to_string(number % kGroup);
  std::string path = std::string(3 - digits.size(), '0') + digits;
  for (number /= kGroup; number > 0; number /= kGroup) {
    const std::string above = std::to_string(number % kGroup);
    path = "x" + std::string(3 - above.size(), '0') + above + "/" + path;
  }
  return path;
}

std::string PathOf(const std::string& folder, uint64_t number, size_t width) {
  const std::string path = std::string(kTileFolder) + "/" + folder + "/" + NumberPath(number);
  return width == merkle::kTileHashes ? path : path + ".p/" + std::to_string(width);
}

}  // namespace

std::string TilePath(merkle::TileId id, size_t width) {
  return PathOf(std::to_string(id.level), id.number, width);
}

std::string BundlePath(uint64_t number, size_t width) { return PathOf("entries", number, width); }

absl::Status AddToBundle(std::string_view entry, std::string& bundle) {
  if (entry.size() > log::kEntryBytesMax) {
    return MakeError(v1::ERROR_CODE_LIMIT_EXCEEDED,
                     {.message = "an entry has " + std::to_string(entry.size()) + " bytes",
                      .field = "",
                      .expected = "at most " + std::to_string(log::kEntryBytesMax)});
  }
  bundle += static_cast<char>(entry.size() >> 8);
  bundle += static_cast<char>(entry.size() & 0xFF);
  bundle += entry;
  return absl::OkStatus();
}

}  // namespace liggare::cli
