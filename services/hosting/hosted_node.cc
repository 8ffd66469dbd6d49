#include "services/hosting/hosted_node.h"

#include <utility>

namespace liggare::hosting {

void HostedNodes::Add(HostedNode node) {
  std::string path = node.path;
  nodes_.emplace(std::move(path), std::move(node));
}

const HostedNode* HostedNodes::Find(std::string_view path) const {
  const auto found = nodes_.find(path);
  return found == nodes_.end() ? nullptr : &found->second;
}

}  // namespace liggare::hosting
