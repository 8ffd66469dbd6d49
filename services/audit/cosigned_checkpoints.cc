#include "services/audit/cosigned_checkpoints.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "eventstore/note/checkpoint.h"
#include "eventstore/note/note.h"

namespace liggare::audit {
namespace {

using replication::EnrolledNode;

// Those that are known here; nobody else's cosignature can be told.
std::map<std::string, EnrolledNode> KnownOf(const replication::KeyRegistry& keys,
                                            const std::vector<std::string>& paths) {
  std::map<std::string, EnrolledNode> found;
  for (const std::string& path : paths) {
    if (auto node = keys.Find(path); node.ok()) found.emplace(path, *std::move(node));
  }
  return found;
}

bool IsCosignedBy(const note::Note& note, const EnrolledNode& node) {
  return std::any_of(node.keys.begin(), node.keys.end(), [&](const note::VerifierKey& key) {
    const auto time_s = note::VerifyCosignature(note, key);
    return time_s.ok() && note::CosignatureStands(node.revocations, key, *time_s);
  });
}

}  // namespace

absl::StatusOr<std::map<std::string, StoredCheckpoint>> FirstCosigned(
    const replication::KeyRegistry& keys, const log::LogIndex& entry,
    const std::vector<std::string>& paths) {
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
      if (!IsCosignedBy(*note, tier.second)) return false;
      found[tier.first] = {.size = checkpoint->size, .note = **stored};
      return true;
    });
    size = checkpoint->size + 1;
  }
  return found;
}

}  // namespace liggare::audit
