#include "tests/simulation/network.h"

#include <utility>

#include "proto/name/node_path.h"
#include "tests/simulation/connection.h"
#include "tests/simulation/process.h"

namespace liggare::simulation {

Network::Network(Parts parts, Random random) : parts_(std::move(parts)), random_(random) {}

Network::~Network() = default;

std::vector<std::shared_ptr<Connection>> Network::Of(const std::string& child) const {
  std::vector<std::shared_ptr<Connection>> found;
  for (const auto& connection : connections_) {
    if (connection->child() == child) found.push_back(connection);
  }
  return found;
}

void Network::Dial(Process& child, CallDone done) {
  auto connection = std::make_shared<Connection>(*this, ++dialled_, child.path(),
                                                 std::string(name::ParentOf(child.path())));
  connections_.push_back(connection);
  connection->Begin(child, std::move(done));
}

void Network::Block(const std::string& child) { links_[child].blocked = true; }

void Network::Unblock(const std::string& child) {
  if (!std::exchange(links_[child].blocked, false)) return;
  for (const auto& connection : Of(child)) connection->Unblocked();
}

void Network::Cut(const std::string& child, bool half_open) {
  for (const auto& connection : Of(child)) connection->Cut(half_open);
}

void Network::Detach(const Process& process, bool silently) {
  const auto all = connections_;
  for (const auto& connection : all) connection->Detach(process, silently);
}

void Network::StopSessions(const Process& process) {
  const auto all = connections_;
  for (const auto& connection : all) connection->StopSession(process);
}

void Network::Forget(const Connection& connection) {
  std::erase_if(connections_, [&](const auto& each) { return each.get() == &connection; });
}

}  // namespace liggare::simulation
