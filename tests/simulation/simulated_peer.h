// A node as a restore asks it, over the simulated network: what GetHoldings and
// GetChunk answer in liggared.
#ifndef TESTS_SIMULATION_SIMULATED_PEER_H_
#define TESTS_SIMULATION_SIMULATED_PEER_H_

#include <string>
#include <vector>

#include "services/replication/session/log_flow.h"
#include "services/restore/log_origin.h"
#include "tests/simulation/machine.h"
#include "tests/simulation/network.h"

namespace liggare::simulation {

class SimulatedPeer : public restore::Peer {
 public:
  // `node` is the one that is being restored, `peer` its parent or child. Both
  // references must outlive it.
  SimulatedPeer(Network& network, Machine& peer, std::string node, Random random);

  std::string name() const override { return peer_.name(); }
  absl::StatusOr<std::vector<replication::Extent>> Holdings() override;
  absl::StatusOr<v1::Chunk> ReadChunk(const std::string& log, Range range) override;
  const v1::EnrolmentChain& enrolment() const override { return enrolment_; }

 private:
  // The process that answers, after the time that takes; meanwhile the world goes on.
  absl::StatusOr<Process*> Reach();

  Network& network_;
  Machine& peer_;
  const replication::SessionEnds ends_;
  Random random_;
  v1::EnrolmentChain enrolment_;
};

}  // namespace liggare::simulation

#endif  // TESTS_SIMULATION_SIMULATED_PEER_H_
