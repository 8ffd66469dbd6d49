#include "services/audit/cosigned_checkpoints.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "eventstore/note/checkpoint.h"
#include "eventstore/note/note.h"

namespace liggare::audit {
namespace {

using Keys = std::vector<note::VerifierKey>;

// The keys of those that are known here; nobody else's cosignature can be told.
std::map<std::string, Keys> KeysOf(const replication::KeyRegistry& keys,
                                   const std::vector<std::string>& paths) {
  std::map<std::string, Keys> found;
  for (const std::string& path : paths) {
    if (auto node = keys.Find(path); node.ok()) found.emplace(path, std::move(node->keys));
  }
  return found;
}

bool IsCosignedBy(const note::Note& note, const Keys& keys) {
  return std::any_of(keys.begin(), keys.end(), [&](const note::VerifierKey& key) {
    return note::VerifyCosignature(note, key).ok();
  });
}

}  // namespace

absl::StatusOr<std::map<std::string, StoredCheckpoint>> FirstCosigned(
    const log::EventLog& log, const replication::KeyRegistry& keys, const log::LogIndex& entry,
    const std::vector<std::string>& paths) {
  std::map<std::string, Keys> wanted = KeysOf(keys, paths);
  std::map<std::string, StoredCheckpoint> found;
  uint64_t size = entry.index + 1;
  for (size_t searched = 0; !wanted.empty() && searched < kCheckpointsSearchedMax; ++searched) {
    auto stored = log.CheckpointAtOrAfter(entry.log, size);
    if (!stored.ok()) return stored.status();
    if (!*stored) break;
    const auto note = note::ParseNote(**stored);
    if (!note.ok()) return note.status();
    const auto checkpoint = note::ParseCheckpoint(note->text);
    if (!checkpoint.ok()) return checkpoint.status();
    std::erase_if(wanted, [&](const auto& tier) {
      if (!IsCosignedBy(*note, tier.second)) return false;
      found[tier.first] = {.size = checkpoint->size, .note = **stored};
      return true;
    });
    size = checkpoint->size + 1;
  }
  return found;
}

}  // namespace liggare::audit
