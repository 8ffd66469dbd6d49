#include "services/replication/chunks/witnesses.h"

#include <algorithm>
#include <utility>

namespace liggare::replication {

void Witnesses::Add(const std::string& log, const note::ReducedCheckpoint& reduced) {
  if (reduced.cosignatures.empty()) return;
  const note::Checkpoint& checkpoint = reduced.checkpoint.checkpoint;
  std::lock_guard lock(mutex_);
  Log& known = logs_[log];
  for (const note::ReducedCheckpoint::Cosignature& line : reduced.cosignatures) {
    const auto found = known.witnesses.find(line.name);
    if (found == known.witnesses.end() && known.witnesses.size() >= kWitnessesMax) continue;
    if (found != known.witnesses.end() && found->second.size >= checkpoint.size) continue;
    known.witnesses.insert_or_assign(line.name, Witness{line.name, checkpoint.size, line.time_s});
  }
  const auto [note, added] = known.notes.try_emplace(checkpoint.size, reduced.checkpoint.note);
  if (!added && note->second.text == reduced.checkpoint.note.text) {
    note->second.signatures = note::MergeSignatures(checkpoint.origin, "", note->second.signatures,
                                                    reduced.checkpoint.note.signatures);
  }
  DropOld(known);
}

void Witnesses::DropOld(Log& log) {
  std::erase_if(log.notes, [&](const auto& note) {
    return std::ranges::none_of(
        log.witnesses, [&](const auto& witness) { return witness.second.size == note.first; });
  });
}

std::vector<Witness> Witnesses::Of(const std::string& log) const {
  std::vector<Witness> witnesses;
  std::lock_guard lock(mutex_);
  const auto found = logs_.find(log);
  if (found == logs_.end()) return witnesses;
  for (const auto& [name, witness] : found->second.witnesses) witnesses.push_back(witness);
  return witnesses;
}

std::map<uint64_t, std::string> Witnesses::Checkpoints(const std::string& log) const {
  std::map<uint64_t, std::string> checkpoints;
  std::lock_guard lock(mutex_);
  const auto found = logs_.find(log);
  if (found == logs_.end()) return checkpoints;
  for (const auto& [size, note] : found->second.notes) checkpoints.emplace(size, note.Encode());
  return checkpoints;
}

}  // namespace liggare::replication
