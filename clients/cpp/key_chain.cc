#include "clients/cpp/key_chain.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "clients/cpp/node_path.h"
#include "proto/error/error.h"

namespace liggare::client {
namespace {

constexpr char kNodeSubject[] = "node/";

absl::Status Failed(std::string message, std::string expected = "") {
  return MakeError(v1::ERROR_CODE_VERIFICATION_FAILED,
                   {.message = std::move(message), .expected = std::move(expected)});
}

}  // namespace

std::string KeyChangeText(const note::VerifierKey& old_key, const note::VerifierKey& new_key) {
  return "liggare/key-change/v1\n" + old_key.Text() + "\n" + new_key.Text() + "\n";
}

absl::StatusOr<KeyChain> KeyChain::FromNationalKey(std::string_view vkey) {
  const auto wrong = [](std::string message) {
    return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                     {std::move(message), "trust", "the vkey of <trust domain>/se"});
  };
  auto key = note::VerifierKey::Parse(vkey);
  if (!key.ok()) return wrong(std::string(key.status().message()));
  const std::string& name = key->name();
  const size_t slash = name.find('/');
  if (slash == 0 || slash == std::string::npos || name.substr(slash + 1) != kNation) {
    return wrong("'" + name + "' is not the national node's name");
  }
  if (key->type() != note::KeyType::kEd25519) return wrong("the key is not of type 1 (Ed25519)");
  std::string trust_domain = name.substr(0, slash);
  return KeyChain(std::move(trust_domain), *std::move(key));
}

KeyChain::KeyChain(std::string trust_domain, note::VerifierKey national)
    : trust_domain_(std::move(trust_domain)) {
  nodes_[std::string(kNation)].keys.push_back(std::move(national));
}

const NodeKeys* KeyChain::Find(std::string_view path) const {
  const auto found = nodes_.find(path);
  // Of one that is only revoked or closed nothing can be verified.
  return found == nodes_.end() || found->second.keys.empty() ? nullptr : &found->second;
}

absl::Status KeyChain::Apply(const v1::Event& event, const v1::EventData& data) {
  if (!IsAboutKeys(data)) return absl::OkStatus();
  const std::string_view subject = data.subject();
  if (!subject.starts_with(kNodeSubject)) {
    return Failed("an enrolment has the subject '" + data.subject() + "'", "node/<path>");
  }
  const std::string path(subject.substr(std::string_view(kNodeSubject).size()));
  auto writer = PathOfLog(event.log());
  if (!writer.ok()) return writer.status();
  const std::string parent = path == kNation ? path : ParentPath(path);
  if (*writer != parent) {
    return Failed("the key of " + path + " is enrolled in the log " + event.log(),
                  "the log of " + parent);
  }
  if (data.has_node_enrolled()) return ApplyEnrolled(path, data.node_enrolled(), event.clock());
  if (data.has_node_key_revoked()) return ApplyRevoked(path, data.node_key_revoked());
  if (data.has_node_closed()) {
    ApplyClosed(path, event, static_cast<uint64_t>(data.node_closed().size()));
    return absl::OkStatus();
  }
  return ApplyChanged(path, data.node_key_changed());
}

bool KeyChain::IsAboutKeys(const v1::EventData& data) {
  return data.has_node_enrolled() || data.has_node_key_changed() || data.has_node_key_revoked() ||
         data.has_node_closed();
}

bool KeyChain::IsOwnKeyChange(const v1::Event& event, const v1::EventData& data) {
  auto writer = PathOfLog(event.log());
  return data.has_node_key_changed() && writer.ok() && data.subject() == kNodeSubject + *writer;
}

absl::StatusOr<note::VerifierKey> KeyChain::KeyOf(const std::string& path,
                                                  std::string_view vkey) const {
  auto key = note::VerifierKey::Parse(vkey);
  if (!key.ok()) return Failed("the key of " + path + ": " + std::string(key.status().message()));
  const std::string name = trust_domain_ + "/" + path;
  if (key->name() != name) {
    return Failed("the key enrolled for " + path + " is named " + key->name(), name);
  }
  if (key->type() != note::KeyType::kEd25519) {
    return Failed("the key of " + path + " is not of type 1 (Ed25519)");
  }
  return key;
}

absl::Status KeyChain::ApplyEnrolled(const std::string& path, const v1::NodeEnrolled& enrolled,
                                     uint64_t clock) {
  auto key = KeyOf(path, enrolled.verifier_key());
  if (!key.ok()) return key.status();
  NodeKeys& node = nodes_[path];
  const bool known = std::find(node.keys.begin(), node.keys.end(), *key) != node.keys.end();
  if (!known && !node.keys.empty() && !note::IsRevoked(node.revocations, node.keys.back())) {
    return Failed("the key enrolled for " + path + " is not the one known already",
                  node.keys.back().Text());
  }
  if (!known) node.keys.push_back(*std::move(key));
  node.enrolled_clock = std::max(node.enrolled_clock, clock);
  if (node.closed_clock < node.enrolled_clock) node.closed.reset();
  node.custody = enrolled.custody();
  node.hosted_by = enrolled.hosted_by();
  node.display_name = enrolled.display_name();
  return absl::OkStatus();
}

absl::Status KeyChain::ApplyChanged(const std::string& path, const v1::NodeKeyChanged& changed) {
  auto key = KeyOf(path, changed.verifier_key());
  if (!key.ok()) return key.status();
  const auto node = nodes_.find(path);
  if (node == nodes_.end() || node->second.keys.empty()) {
    return Failed("the key of " + path + " is changed before it is known");
  }
  const note::VerifierKey& old_key = node->second.keys.back();
  const std::vector<note::VerifierKey>& known = node->second.keys;
  if (std::find(known.begin(), known.end(), *key) != known.end()) return absl::OkStatus();
  if (note::IsRevoked(node->second.revocations, old_key)) {
    return Failed("the change of the key of " + path + " is signed by a key that is revoked");
  }
  if (!old_key.Verify(KeyChangeText(old_key, *key), changed.old_key_signature())) {
    return Failed("the change of the key of " + path + " is not signed by its old key");
  }
  node->second.keys.push_back(*std::move(key));
  return absl::OkStatus();
}

absl::Status KeyChain::ApplyRevoked(const std::string& path, const v1::NodeKeyRevoked& revoked) {
  auto key = KeyOf(path, revoked.verifier_key());
  if (!key.ok()) return key.status();
  note::KeyRevocation revocation{
      .key = *std::move(key),
      .log = revoked.log(),
      .size = static_cast<uint64_t>(revoked.size()),
      .cosigned_until_s = static_cast<uint64_t>(revoked.cosigned_until_s())};
  std::vector<note::KeyRevocation>& known = nodes_[path].revocations;
  if (std::find(known.begin(), known.end(), revocation) == known.end()) {
    known.push_back(std::move(revocation));
  }
  return absl::OkStatus();
}

// Nobody closes the nation. Of two closings the first counts, so that none gives back.
void KeyChain::ApplyClosed(const std::string& path, const v1::Event& event, uint64_t size) {
  NodeKeys& node = nodes_[path];
  if (path == kNation || event.clock() <= node.enrolled_clock) return;
  if (node.closed && node.closed_clock <= event.clock()) return;
  std::vector<std::string> logs;
  for (const v1::Basis& basis : event.basis()) logs.push_back(basis.log());
  node.closed_clock = event.clock();
  node.closed = note::EndOfNode(path, logs, size);
}

absl::Status KeyChain::CheckNotClosed(std::string_view log, uint64_t index) const {
  auto path = PathOfLog(log);
  if (!path.ok()) return path.status();
  const NodeKeys* node = Find(*path);
  if (node == nullptr || !node->closed || note::LiesWithin(*node->closed, log, index + 1)) {
    return absl::OkStatus();
  }
  return Failed("entry " + std::to_string(index) + " of " + std::string(log) + " is not of " +
                    *path + ", which was closed with " + std::to_string(node->closed->size) +
                    " entries of " + node->closed->log,
                "an entry from before");
}

std::optional<note::Signer> KeyChain::SignerNamed(std::string_view name) const {
  const std::string prefix = trust_domain_ + "/";
  if (!name.starts_with(prefix)) return {};
  const NodeKeys* node = Find(name.substr(prefix.size()));
  if (node == nullptr) return {};
  return note::Signer{{node->keys.rbegin(), node->keys.rend()}, node->revocations};
}

absl::StatusOr<KeyChain::Opened> KeyChain::OpenCheckpoint(std::string_view bytes,
                                                          std::string_view log) const {
  auto path = PathOfLog(log);
  if (!path.ok()) return path.status();
  const NodeKeys* node = Find(*path);
  if (node == nullptr) return Failed("the key of " + *path + " is not enrolled");
  const std::string origin = trust_domain_ + "/" + std::string(log);
  auto reduced = note::ReduceCheckpoint(
      bytes, origin, [this](std::string_view name) { return SignerNamed(name); });
  if (!reduced.ok()) {
    // Whoever trusts a key that the nation changed to later has no way back from it.
    const bool may_be_later = *path == kNation && absl::IsNotFound(reduced.status());
    return Failed(
        "the checkpoint of " + std::string(log) + ": " + std::string(reduced.status().message()) +
            (may_be_later ? " by the key that is trusted" : ""),
        "a checkpoint of " + origin + " signed by " + node->keys.back().Text() +
            (may_be_later ? "; trust the nation's first key, its later ones are proven from it"
                          : ""));
  }
  std::map<std::string, uint64_t> first;
  for (const auto& [name, time_s] : reduced->cosignatures) {
    const std::string cosigner = name.substr(trust_domain_.size() + 1);
    const auto [at, added] = first.try_emplace(cosigner, time_s);
    if (!added) at->second = std::min(at->second, time_s);
  }
  const bool superseded = !(reduced->key == node->keys.back());
  Opened opened{std::move(reduced->checkpoint),
                std::move(reduced->key),
                superseded,
                {},
                std::move(reduced->left_out)};
  for (const auto& [cosigner, time_s] : first) opened.cosignatures.push_back({cosigner, time_s});
  return opened;
}

}  // namespace liggare::client
