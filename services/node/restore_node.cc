#include "services/node/restore_node.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "nlohmann/json.hpp"
#include "proto/error/error.h"
#include "proto/form/uuid.h"
#include "services/domain/node_path.h"
#include "services/node/signing_key_file.h"
#include "services/node/system_environment.h"
#include "services/replication/enrolment_chain.h"
#include "services/restore/peer_origin.h"
#include "services/rpc/channel.h"

namespace liggare::node {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kFormat[] = "liggared.restore/1";
constexpr char kPeerForm[] = "<path>=<host>:<port>[=<name of its process>]";

absl::Status Wrong(const std::string& message, const char* field, const std::string& expected) {
  return MakeError(v1::ERROR_CODE_CONFIGURATION, {message, field, expected});
}

absl::StatusOr<size_t> PlaceOf(const Config& config, const std::string& path) {
  std::string configured;
  for (size_t i = 0; i < config.nodes.size(); ++i) {
    if (config.nodes[i].path.value == path) return i;
    configured += (i == 0 ? "one of " : ", ") + config.nodes[i].path.value;
  }
  return Wrong(path + " is not a node of " + config.listen.file, "--restore", configured);
}

absl::StatusOr<std::vector<RestorePeer>> PeersOf(const NodeConfig& node,
                                                 const RestoreRequest& request) {
  if (!request.peers.empty()) return request.peers;
  if (node.parent) {
    return std::vector<RestorePeer>{{std::string(domain::ParentOf(node.path.value)),
                                     node.parent->address.value, node.parent->host.value}};
  }
  return Wrong(node.path.value + " has no parent: its log comes back from the counties' copies",
               "--from", std::string("for each county --from ") + kPeerForm);
}

std::unique_ptr<restore::PeerOrigin> Reach(const RestorePeer& peer, const Config& config,
                                           const Secrets& secrets, const rpc::Credentials& own) {
  return std::make_unique<restore::PeerOrigin>(
      peer.path, peer.address,
      rpc::Dial(peer.address, rpc::ChannelCredentials(own, {config.trust_domain.value, peer.host},
                                                      {.judge = secrets.judge})));
}

}  // namespace

absl::StatusOr<RestorePeer> ParseRestorePeer(std::string_view text) {
  const size_t first = text.find('=');
  const size_t second = first == std::string_view::npos ? first : text.find('=', first + 1);
  RestorePeer peer;
  peer.path = std::string(text.substr(0, first));
  if (first != std::string_view::npos) {
    peer.address = std::string(text.substr(first + 1, second - first - 1));
  }
  if (second != std::string_view::npos) peer.host = std::string(text.substr(second + 1));
  if (domain::IsNodePath(peer.path) && ParseEndpoint(peer.address).ok()) return peer;
  return Wrong("'" + std::string(text) + "' names no peer", "--from", kPeerForm);
}

namespace {

// The key that the peers say is enrolled last, if it lies in its place; else the
// configured one. Whether it may sign is for the restore to check.
absl::StatusOr<note::SigningKey> KeyFor(const NodeConfig& node, const Config& config,
                                        const note::VerifierKey& national,
                                        std::vector<std::unique_ptr<restore::Peer>>& peers) {
  for (const std::unique_ptr<restore::Peer>& peer : peers) {
    if (auto held = peer->Holdings(); !held.ok()) return held.status();
    auto nodes =
        replication::VerifyEnrolmentChain(peer->enrolment(), config.trust_domain.value, national);
    if (!nodes.ok() || !nodes->contains(node.path.value)) continue;
    auto key = ReadSigningKeyOf(node.signing_key, nodes->at(node.path.value).keys.front());
    if (key.ok()) return key;
  }
  return ReadSigningKey(node.signing_key, config.trust_domain.value + "/" + node.path.value);
}

}  // namespace

absl::StatusOr<restore::RestoreReport> RestoreNode(const Config& config, const Secrets& secrets,
                                                   const RestoreRequest& request) {
  const absl::StatusOr<size_t> place = PlaceOf(config, request.path);
  if (!place.ok()) return place.status();
  const NodeConfig& node = config.nodes[*place];
  const absl::StatusOr<std::vector<RestorePeer>> peers = PeersOf(node, request);
  if (!peers.ok()) return peers.status();
  const NodeSecrets& own = secrets.nodes[*place];
  const note::VerifierKey national = *note::VerifierKey::Parse(config.national_key.value);
  std::vector<std::unique_ptr<restore::Peer>> reached;
  for (const RestorePeer& peer : *peers)
    reached.push_back(Reach(peer, config, secrets, own.credentials));
  const absl::StatusOr<note::SigningKey> key = KeyFor(node, config, national, reached);
  if (!key.ok()) return key.status();
  log::SharedResources databases;
  restore::RestoreOptions options{.node = {.path = node.path.value,
                                           .trust_domain = config.trust_domain.value,
                                           .signing_key = *key,
                                           .national_key = national,
                                           .environment = SystemEnvironment()},
                                  .databases = databases,
                                  .data = node.data.value,
                                  .epoch_above = request.epoch_above,
                                  .peers = std::move(reached)};
  return restore::Restore(options);
}

std::string RestoreReportJson(const restore::RestoreReport& report, const Config& config) {
  Json json = {{"format", kFormat}, {"path", report.path}};
  const auto node = std::ranges::find(config.nodes, report.path,
                                      [](const NodeConfig& each) { return each.path.value; });
  if (node != config.nodes.end()) json["data"] = node->data.value;
  json["own_log"] = report.own_log;
  json["previous"] = {{"log", report.previous.log}, {"size", report.previous.size}};
  json["logs"] = Json::array();
  for (const restore::TakenLog& log : report.logs) {
    json["logs"].push_back({{"log", log.log},
                            {"size", log.size},
                            {"unproven", log.unproven},
                            {"not_enrolled", log.not_enrolled}});
  }
  json["moved"] = Json::array();
  for (const restore::MovedEvent& event : report.moved) {
    json["moved"].push_back({{"event_id", form::UuidText(event.event_id)},
                             {"from", event.from.log + "#" + std::to_string(event.from.index)},
                             {"to", event.to.log + "#" + std::to_string(event.to.index)}});
  }
  json["unreadable"] = report.unreadable;
  json["kept_directory"] = report.kept_directory;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace liggare::node
