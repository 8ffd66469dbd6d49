#include "tests/simulation/simulated_peer.h"

#include <utility>

#include "proto/name/node_path.h"
#include "services/replication/drive/refill.h"
#include "tests/simulation/process.h"

namespace liggare::simulation {
namespace {

constexpr int64_t kAnswerMaxUs = 60'000;

// The ends of the session between the two, as the peer sees them.
replication::SessionEnds EndsOf(const std::string& peer, const std::string& node) {
  const bool is_parent = name::ParentOf(node) == peer;
  return {is_parent ? replication::Side::kParent : replication::Side::kChild, peer, node};
}

}  // namespace

SimulatedPeer::SimulatedPeer(Network& network, Machine& peer, std::string node, Random random)
    : network_(network), peer_(peer), ends_(EndsOf(peer.path(), node)), random_(random) {}

absl::StatusOr<Process*> SimulatedPeer::Reach() {
  Scheduler& scheduler = network_.parts().scheduler;
  const int64_t answered_us = scheduler.now_us() + random_.Between(1, kAnswerMaxUs);
  while (scheduler.now_us() < answered_us && !network_.parts().checker.violation()) {
    scheduler.Step();
  }
  const bool is_parent = ends_.side == replication::Side::kParent;
  const std::string& link = is_parent ? ends_.peer : ends_.self;
  Process* process = peer_.process();
  if (process == nullptr || !process->alive() || network_.weather(link).blocked) {
    return absl::UnavailableError(name() + " can't be reached");
  }
  return process;
}

absl::StatusOr<std::vector<replication::Extent>> SimulatedPeer::Holdings() {
  const auto process = Reach();
  if (!process.ok()) return process.status();
  auto held = replication::AskForHoldings(ends_.self, [&](const v1::GetHoldingsRequest& request) {
    return replication::HoldingsFor((*process)->replication().parts(), ends_, request);
  });
  if (!held.ok()) return held.status();
  enrolment_ = std::move(held->enrolment);
  return std::move(held->logs);
}

absl::StatusOr<v1::Chunk> SimulatedPeer::ReadChunk(const std::string& log, Range range) {
  const auto process = Reach();
  if (!process.ok()) return process.status();
  v1::GetChunkRequest request;
  request.set_log(log);
  request.set_first_index(range.first);
  request.set_end_index(range.end);
  auto answer = replication::ChunkFor((*process)->replication().parts(), ends_, request);
  if (!answer.ok()) return answer.status();
  return std::move(*answer->mutable_chunk());
}

}  // namespace liggare::simulation
