#include "services/node/restore_node.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "nlohmann/json.hpp"
#include "proto/error/error.h"
#include "proto/form/uuid.h"
#include "proto/name/node_path.h"
#include "services/node/signing_key_file.h"
#include "services/node/system_environment.h"
#include "services/replication/chunks/enrolment_chain.h"
#include "services/replication/chunks/key_registry.h"
#include "services/restore/lost_directory.h"
#include "services/restore/peer_origin.h"
#include "services/rpc/call/channel.h"
#include "services/rpc/tls/identity.h"

namespace liggare::node {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kFormat[] = "liggared.restore/1";
constexpr char kPeerForm[] = "<path>=<name of its process>@<address>:<port>";

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
    return std::vector<RestorePeer>{{std::string(name::ParentOf(node.path.value)),
                                     node.parent->address.value, node.parent->host.value}};
  }
  return Wrong(node.path.value + " has no parent: its log comes back from the counties' copies",
               "--from", std::string("for each county --from ") + kPeerForm);
}

bool IsHostName(const std::string& name) {
  return name::ParseIdentity("spiffe://liggare/host/" + name).ok();
}

}  // namespace

absl::StatusOr<RestorePeer> ParseRestorePeer(std::string_view text) {
  const size_t equals = text.find('=');
  const std::string_view place =
      equals == std::string_view::npos ? std::string_view() : text.substr(equals + 1);
  const size_t at = place.rfind('@');
  RestorePeer peer;
  peer.path = std::string(text.substr(0, equals));
  if (at != std::string_view::npos) peer.host = std::string(place.substr(0, at));
  peer.address = std::string(place.substr(at == std::string_view::npos ? 0 : at + 1));
  const bool names_host = at == std::string_view::npos || IsHostName(peer.host);
  if (names_host && name::IsNodePath(peer.path) && ParseEndpoint(peer.address).ok()) return peer;
  return Wrong("'" + std::string(text) + "' names no peer", "--from", kPeerForm);
}

namespace {

// The node that is restored: its keys and its certificate.
struct Restoring {
  const NodeConfig& node;
  const Config& config;
  const Secrets& secrets;
  const rpc::Credentials& credentials;
  note::VerifierKey national;

  // The key that the chain enrols last, if it lies in its place.
  absl::StatusOr<note::SigningKey> EnrolledKey(const v1::EnrolmentChain& enrolment) const;
  absl::StatusOr<note::SigningKey> ConfiguredKey() const;
  absl::StatusOr<v1::KeyProof> Sign(const v1::EnrolmentChain& enrolment,
                                    const std::string& text) const;
  // This must outlive what it gives.
  std::unique_ptr<restore::PeerOrigin> Reach(const RestorePeer& peer) const;
};

absl::StatusOr<note::SigningKey> Restoring::EnrolledKey(const v1::EnrolmentChain& enrolment) const {
  auto nodes = replication::VerifyEnrolmentChain(enrolment, config.trust_domain.value, national);
  if (!nodes.ok()) return nodes.status();
  const auto own = nodes->find(node.path.value);
  if (own == nodes->end()) return absl::NotFoundError("the chain is not of this node");
  return ReadSigningKeyOf(node.signing_key, own->second.keys.front());
}

absl::StatusOr<note::SigningKey> Restoring::ConfiguredKey() const {
  return ReadSigningKey(node.signing_key, config.trust_domain.value + "/" + node.path.value);
}

absl::StatusOr<v1::KeyProof> Restoring::Sign(const v1::EnrolmentChain& enrolment,
                                             const std::string& text) const {
  absl::StatusOr<note::SigningKey> key = EnrolledKey(enrolment);
  if (!key.ok()) key = ConfiguredKey();
  if (!key.ok()) return key.status();
  v1::KeyProof proof;
  proof.set_key_id(key->verifier().key_id());
  proof.set_signature(key->Sign(text));
  return proof;
}

std::unique_ptr<restore::PeerOrigin> Restoring::Reach(const RestorePeer& peer) const {
  return std::make_unique<restore::PeerOrigin>(
      peer.path, peer.address,
      restore::RefillCaller{
          .trust_domain = config.trust_domain.value,
          .path = node.path.value,
          .sign = [this](const v1::EnrolmentChain& enrolment,
                         const std::string& text) { return Sign(enrolment, text); }},
      rpc::Dial(peer.address,
                rpc::ChannelCredentials(credentials, {config.trust_domain.value, peer.host},
                                        {.judge = secrets.judge})));
}

// The key that the peers say is enrolled last, if it lies in its place; else the
// configured one. Whether it may sign is for the restore to check.
absl::StatusOr<note::SigningKey> KeyFor(const Restoring& restoring,
                                        std::vector<std::unique_ptr<restore::Peer>>& peers) {
  for (const std::unique_ptr<restore::Peer>& peer : peers) {
    if (auto held = peer->Holdings(); !held.ok()) return held.status();
    auto key = restoring.EnrolledKey(peer->enrolment());
    if (key.ok()) return key;
  }
  return restoring.ConfiguredKey();
}

// The process that the peer was enrolled with, as the node's own directory tells it;
// empty if it can't be read or does not say. It must not be open to others: they could
// have chosen the name.
absl::StatusOr<std::string> EnrolledHostOf(const std::string& peer, const NodeConfig& node,
                                           const note::VerifierKey& national,
                                           const note::VerifierKey& own,
                                           log::SharedResources& databases) {
  const auto lost = restore::LostDirectory::Open(node.data.value, node.path.value, databases);
  if (!lost.ok()) return lost.status();
  if (*lost == nullptr || (*lost)->log() == nullptr) return "";
  const auto enrolled = replication::KeyRegistry(*(*lost)->log(), national, own).Find(peer);
  return enrolled.ok() ? enrolled->host : "";
}

// Every peer with the name of its process.
absl::Status NameHosts(std::vector<RestorePeer>& peers, const NodeConfig& node,
                       const note::VerifierKey& national, const note::VerifierKey& own,
                       log::SharedResources& databases) {
  for (RestorePeer& peer : peers) {
    if (!peer.host.empty()) continue;
    auto host = EnrolledHostOf(peer.path, node, national, own, databases);
    if (!host.ok()) return host.status();
    if (host->empty()) {
      return Wrong("it is not known which process speaks for " + peer.path + " at " + peer.address +
                       ": nothing that is held here names it",
                   "--from", kPeerForm);
    }
    peer.host = *std::move(host);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<restore::RestoreReport> RestoreNode(const Config& config, const Secrets& secrets,
                                                   const RestoreRequest& request) {
  const absl::StatusOr<size_t> place = PlaceOf(config, request.path);
  if (!place.ok()) return place.status();
  const NodeConfig& node = config.nodes[*place];
  absl::StatusOr<std::vector<RestorePeer>> peers = PeersOf(node, request);
  if (!peers.ok()) return peers.status();
  const NodeSecrets& own = secrets.nodes[*place];
  const Restoring restoring{node, config, secrets, own.credentials,
                            *note::VerifierKey::Parse(config.national_key.value)};
  log::SharedResources databases;
  absl::Status named =
      NameHosts(*peers, node, restoring.national, own.signing_key.verifier(), databases);
  if (!named.ok()) return named;
  std::vector<std::unique_ptr<restore::Peer>> reached;
  for (const RestorePeer& peer : *peers) reached.push_back(restoring.Reach(peer));
  const absl::StatusOr<note::SigningKey> key = KeyFor(restoring, reached);
  if (!key.ok()) return key.status();
  restore::RestoreOptions options{.node = {.path = node.path.value,
                                           .trust_domain = config.trust_domain.value,
                                           .signing_key = *key,
                                           .national_key = restoring.national,
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
