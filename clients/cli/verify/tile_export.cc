#include "clients/cli/verify/tile_export.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "clients/cli/shell/file_text.h"
#include "clients/cli/verify/tile_layout.h"
#include "eventstore/merkle/hash.h"
#include "eventstore/note/note.h"
#include "proto/error/error.h"

namespace liggare::cli {
namespace {

namespace fs = std::filesystem;

// Files that are being written end so; one that is left is written over.
constexpr char kUnfinished[] = ".unfinished";

absl::Status Failed(const std::string& file, const std::string& reason) {
  return MakeError(v1::ERROR_CODE_INTERNAL, {file + " can't be written: " + reason, "", ""});
}

absl::Status Differs(const std::string& file, std::string message) {
  return MakeError(v1::ERROR_CODE_VERIFICATION_FAILED, {std::move(message), file, ""});
}

absl::Status Foreign(const std::string& directory, const std::string& what) {
  return MakeError(v1::ERROR_CODE_ALREADY_EXISTS,
                   {directory + " holds " + what, "dir",
                    "a directory that is new, empty, or an export of the same log"});
}

absl::Status SyncFolder(const std::string& folder) {
  const int file = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return Failed(folder, std::strerror(errno));
  const bool synced = fsync(file) == 0;
  const int error = errno;
  close(file);
  return synced ? absl::OkStatus() : Failed(folder, std::strerror(error));
}

// In one step. A web server may read the file, once it may enter the directory.
absl::Status Replace(const std::string& file, std::string_view bytes) {
  const std::string folder = fs::path(file).parent_path();
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return Failed(folder, error.message());
  const std::string unfinished = file + kUnfinished;
  fs::remove(unfinished, error);
  if (auto made = CreateFile(unfinished, bytes, 0644); !made.ok()) return made;
  fs::rename(unfinished, file, error);
  if (error) return Failed(file, error.message());
  return SyncFolder(folder);
}

// The checkpoint of an export, or why it is none of this log.
absl::StatusOr<note::Checkpoint> CheckpointIn(const std::string& directory,
                                              std::string_view origin) {
  const auto bytes = ReadFile(directory + "/" + kCheckpointFile);
  if (!bytes.ok()) return bytes.status();
  const auto note = note::ParseNote(*bytes);
  auto checkpoint = note::ParseCheckpoint(note.ok() ? note->text : "");
  if (!checkpoint.ok()) return Foreign(directory, "a file checkpoint that is none");
  if (checkpoint->origin == origin) return checkpoint;
  return Foreign(directory, "the log " + checkpoint->origin);
}

}  // namespace

absl::StatusOr<std::unique_ptr<TileExport>> TileExport::Begin(std::string directory,
                                                              std::string_view origin) {
  if (auto made = MakePrivateFolder(directory); !made.ok()) return made;
  bool has_checkpoint = false;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename();
    if (name == kCheckpointFile) {
      has_checkpoint = true;
    } else if (name != kTileFolder && name != std::string(kCheckpointFile) + kUnfinished) {
      return Foreign(directory, "what no export has: " + name);
    }
  }
  if (error) return Failed(directory, error.message());
  std::optional<note::Checkpoint> before;
  if (has_checkpoint) {
    auto checkpoint = CheckpointIn(directory, origin);
    if (!checkpoint.ok()) return checkpoint.status();
    before = *std::move(checkpoint);
  }
  return std::unique_ptr<TileExport>(new TileExport(std::move(directory), std::move(before)));
}

absl::Status TileExport::Add(std::string_view entry) {
  if (auto before = CheckBefore(); !before.ok()) return before;
  if (merkle::IsWithheld(entry)) {
    bundle_is_whole_ = false;
  } else if (auto added = AddToBundle(entry, bundle_); !added.ok()) {
    return added;
  }
  tree_.Append(merkle::LeafOf(entry), full_tiles_);
  for (const merkle::FullTile& tile : full_tiles_) {
    auto put = Put(TilePath(tile.id, merkle::kTileHashes), tile.hashes, size());
    if (!put.ok()) return put;
  }
  full_tiles_.clear();
  if (size() % merkle::kTileHashes != 0) return absl::OkStatus();
  return FinishBundle(size() / merkle::kTileHashes - 1, merkle::kTileHashes);
}

absl::Status TileExport::FinishBundle(uint64_t number, size_t width) {
  const std::string bundle = std::exchange(bundle_, "");
  if (!std::exchange(bundle_is_whole_, true)) {
    ++bundles_left_out_;
    return absl::OkStatus();
  }
  return Put(BundlePath(number, width), bundle, size());
}

absl::Status TileExport::Put(const std::string& path, std::string_view bytes,
                             uint64_t covered) const {
  const std::string file = directory_ + "/" + path;
  if (before_ && covered <= before_->size && fs::exists(file)) {
    const auto there = ReadFile(file);
    if (!there.ok()) return there.status();
    if (*there == bytes) return absl::OkStatus();
    return Differs(file,
                   "the file is not what its log gives: it has been changed, or is of "
                   "another history; nothing of it was replaced");
  }
  return Replace(file, bytes);
}

// That the log goes on from where the directory is.
absl::Status TileExport::CheckBefore() const {
  if (!before_ || before_->size != size() || before_->root == tree_.Root()) return absl::OkStatus();
  return Differs(directory_ + "/" + kCheckpointFile,
                 "the checkpoint of " + std::to_string(size()) +
                     " entries that is there is of another history: keep both, and have "
                     "`liggare verify --live --seen` judge it");
}

absl::Status TileExport::Finish(const std::string& checkpoint) {
  if (auto before = CheckBefore(); !before.ok()) return before;
  if (before_ && before_->size > size()) {
    return MakeError(v1::ERROR_CODE_STEP_NOT_ALLOWED,
                     {directory_ + " is of " + std::to_string(before_->size) + " entries, and " +
                          std::to_string(size()) + " are held here",
                      "dir", "a node that holds as many, or another directory"});
  }
  for (int level = 0; !tree_.OpenTile(level).empty() || size() >> (merkle::kTileHeight * level) > 0;
       ++level) {
    std::string hashes;
    for (const merkle::Hash& hash : tree_.OpenTile(level)) hashes += merkle::HashBytes(hash);
    if (hashes.empty()) continue;
    const merkle::TileId id = {.level = level,
                               .number = size() >> (merkle::kTileHeight * (level + 1))};
    auto put = Put(TilePath(id, tree_.OpenTile(level).size()), hashes, size());
    if (!put.ok()) return put;
  }
  if (const size_t width = size() % merkle::kTileHashes; width != 0) {
    if (auto put = FinishBundle(size() / merkle::kTileHashes, width); !put.ok()) return put;
  }
  return Replace(directory_ + "/" + kCheckpointFile, checkpoint);
}

}  // namespace liggare::cli
