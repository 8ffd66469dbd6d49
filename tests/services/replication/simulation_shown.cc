// The part of Simulation that is of logs which a child gets in part.
#include <iterator>

#include "liggare/v1/entry.pb.h"
#include "services/replication/session/epoch_opening.h"
#include "tests/services/replication/simulation.h"

namespace liggare::replication {
namespace {

bool ConcernsThoseBelow(const std::string& entry) {
  v1::Event event;
  return event.ParseFromString(entry) &&
         (event.data().starts_with("concerning") || PreviousIn(entry).has_value());
}

}  // namespace

bool Simulation::IsShown(const SessionEnds& ends, const std::string& log) {
  return ends.side == Side::kParent && IsInPart(ends, log);
}

// Where the last entry that concerns the child is under a checkpoint that an ancestor
// has countersigned, or the last such checkpoint if the epoch has ended.
uint64_t Simulation::ShownEnd(const Node& node, const std::string& name) {
  const SimulatedLog& log = node.logs.at(name);
  if (EndedByEpoch(node, name) && !log.checkpoints.empty()) return log.checkpoints.rbegin()->first;
  for (uint64_t size = log.size(); size > 0; --size) {
    const auto covering = log.checkpoints.lower_bound(size);
    if (covering == log.checkpoints.end() || !ConcernsThoseBelow(log.entry(size - 1))) continue;
    return covering->first;
  }
  return 0;
}

void Simulation::ReadShown(Session& session, const Node& node, const ReadChunk& read) {
  v1::Chunk chunk = MakeChunk(node.path, read.log, read.first_index, read.end_index);
  const SimulatedLog& log = node.logs.at(read.log);
  chunk.set_checkpoint(log.checkpoints.at(read.end_index));
  for (std::string& entry : *chunk.mutable_entries()) {
    if (!ConcernsThoseBelow(entry)) {
      entry = std::string(merkle::HashBytes(merkle::LeafOf(entry)));
    }
  }
  session.OnChunkRead(std::move(chunk), read.round, log.At(read.end_index).root);
}

}  // namespace liggare::replication
