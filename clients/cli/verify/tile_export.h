// Writes a log as C2SP tlog-tiles (tile_layout.h) into a directory that any web server can
// serve. Each file is written under another name, put on disk and renamed; the checkpoint
// comes last. So whatever is killed when, the checkpoint that is there stands on files that
// are whole, and another run goes on.
//
//   auto tiles = TileExport::Begin("/srv/se@1", "liggare.example/se@1");
//   for (entry : entries below the checkpoint's size) (*tiles)->Add(entry);
//   (*tiles)->Finish(checkpoint);   // once it is verified
//
// Not thread-safe.
#ifndef CLIENTS_CLI_VERIFY_TILE_EXPORT_H_
#define CLIENTS_CLI_VERIFY_TILE_EXPORT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "eventstore/merkle/tree.h"
#include "eventstore/note/checkpoint.h"

namespace liggare::cli {

class TileExport {
 public:
  // Makes the directory, with mode 0700, or goes on with one that holds an export of the
  // log of this origin. ALREADY_EXISTS if it holds anything else.
  static absl::StatusOr<std::unique_ptr<TileExport>> Begin(std::string directory,
                                                           std::string_view origin);

  // Takes the next entry, from the first on, or the leaf hash of one that is withheld: a
  // bundle with such an entry is not written. VERIFICATION_FAILED where the entries, or
  // what is in the directory, differ from what its checkpoint says.
  absl::Status Add(std::string_view entry);

  // Writes what is not full, then the checkpoint, which must be of the entries that were
  // added. STEP_NOT_ALLOWED if the directory's own is of more.
  absl::Status Finish(const std::string& checkpoint);

  uint64_t size() const { return tree_.size(); }
  uint64_t bundles_left_out() const { return bundles_left_out_; }

 private:
  TileExport(std::string directory, std::optional<note::Checkpoint> before)
      : directory_(std::move(directory)), before_(std::move(before)) {}
  absl::Status FinishBundle(uint64_t number, size_t width);
  // Of the first `covered` entries. What the checkpoint before stands on is never replaced.
  absl::Status Put(const std::string& path, std::string_view bytes, uint64_t covered) const;
  absl::Status CheckBefore() const;

  const std::string directory_;
  const std::optional<note::Checkpoint> before_;  // That of the directory.
  merkle::Tree tree_;
  std::vector<merkle::FullTile> full_tiles_;
  std::string bundle_;
  bool bundle_is_whole_ = true;
  uint64_t bundles_left_out_ = 0;
};

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_VERIFY_TILE_EXPORT_H_
