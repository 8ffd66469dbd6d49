#include "services/replication/chunks/cosigned_checkpoints.h"

#include <optional>
#include <utility>

#include "eventstore/note/checkpoint.h"
#include "eventstore/note/note.h"

namespace liggare::replication {
namespace {

// Those that are known here; nobody else's cosignature can be told.
std::map<std::string, EnrolledNode> KnownOf(const KeyRegistry& keys,
                                            const std::vector<std::string>& paths) {
  std::map<std::string, EnrolledNode> found;
  for (const std::string& path : paths) {
    if (auto node = keys.Find(path); node.ok()) found.emplace(path, *std::move(node));
  }
  return found;
}

// When the node cosigned the note; nothing if it did not.
std::optional<uint64_t> CosignedAt(const note::Note& note, const EnrolledNode& node) {
  for (const note::VerifierKey& key : node.keys) {
    const auto time_s = note::VerifyCosignature(note, key);
    if (time_s.ok() && note::CosignatureStands(node.revocations, key, *time_s)) return *time_s;
  }
  return {};
}

}  // namespace

absl::StatusOr<std::map<std::string, StoredCheckpoint>> FirstCosigned(
    const KeyRegistry& keys, const log::LogIndex& entry, const std::vector<std::string>& paths) {
  std::map<std::string, EnrolledNode> wanted = KnownOf(keys, paths);
  std::map<std::string, StoredCheckpoint> found;
  uint64_t size = entry.index + 1;
  for (size_t searched = 0; !wanted.empty() && searched < kCheckpointsSearchedMax; ++searched) {
    auto stored = keys.CheckpointAtOrAfter(entry.log, size);
    if (!stored.ok()) return stored.status();
    if (!*stored) break;
    const auto note = note::ParseNote(**stored);
    if (!note.ok()) return note.status();
    const auto checkpoint = note::ParseCheckpoint(note->text);
    if (!checkpoint.ok()) return checkpoint.status();
    std::erase_if(wanted, [&](const auto& tier) {
      const std::optional<uint64_t> time_s = CosignedAt(*note, tier.second);
      if (!time_s) return false;
      found[tier.first] = {.size = checkpoint->size, .note = **stored, .time_s = *time_s};
      return true;
    });
    size = checkpoint->size + 1;
  }
  return found;
}

}  // namespace liggare::replication
