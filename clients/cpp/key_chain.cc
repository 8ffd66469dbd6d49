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
  return found == nodes_.end() ? nullptr : &found->second;
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
  if (data.has_node_enrolled()) return ApplyEnrolled(path, data.node_enrolled());
  if (data.has_node_key_revoked()) return ApplyRevoked(path, data.node_key_revoked());
  return ApplyChanged(path, data.node_key_changed());
}

bool KeyChain::IsAboutKeys(const v1::EventData& data) {
  return data.has_node_enrolled() || data.has_node_key_changed() || data.has_node_key_revoked();
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

absl::Status KeyChain::ApplyEnrolled(const std::string& path, const v1::NodeEnrolled& enrolled) {
  auto key = KeyOf(path, enrolled.verifier_key());
  if (!key.ok()) return key.status();
  NodeKeys& node = nodes_[path];
  const bool known = std::find(node.keys.begin(), node.keys.end(), *key) != node.keys.end();
  if (!known && !node.keys.empty() && !note::IsRevoked(node.revocations, node.keys.back())) {
    return Failed("the key enrolled for " + path + " is not the one known already",
                  node.keys.back().Text());
  }
  if (!known) node.keys.push_back(*std::move(key));
  node.custody = enrolled.custody();
  node.hosted_by = enrolled.hosted_by();
  node.display_name = enrolled.display_name();
  return absl::OkStatus();
}

absl::Status KeyChain::ApplyChanged(const std::string& path, const v1::NodeKeyChanged& changed) {
  auto key = KeyOf(path, changed.verifier_key());
  if (!key.ok()) return key.status();
  const auto node = nodes_.find(path);
  if (node == nodes_.end()) return Failed("the key of " + path + " is changed before it is known");
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

absl::StatusOr<KeyChain::Opened> KeyChain::OpenCheckpoint(std::string_view bytes,
                                                          std::string_view log) const {
  auto path = PathOfLog(log);
  if (!path.ok()) return path.status();
  const NodeKeys* node = Find(*path);
  if (node == nullptr) return Failed("the key of " + *path + " is not enrolled");
  const std::string origin = trust_domain_ + "/" + std::string(log);
  absl::Status first;
  for (auto key = node->keys.rbegin(); key != node->keys.rend(); ++key) {
    auto checkpoint = note::OpenCheckpoint(bytes, origin, *key);
    absl::Status stands = checkpoint.status();
    if (checkpoint.ok()) {
      stands = note::CheckSignatureStands(node->revocations, *key, checkpoint->checkpoint);
    }
    if (stands.ok()) {
      return Opened{*std::move(checkpoint), *key, key != node->keys.rbegin()};
    }
    // That it is signed, but by a revoked key, says more than that others have not.
    if (first.ok() || checkpoint.ok()) first = stands;
  }
  return Failed("the checkpoint of " + std::string(log) + ": " + std::string(first.message()),
                "a checkpoint of " + origin + " signed by " + node->keys.back().Text());
}

absl::StatusOr<std::vector<KeyChain::Cosignature>> KeyChain::Cosignatures(
    const note::Note& note, std::string_view signer) const {
  std::vector<Cosignature> found;
  for (const auto& [path, node] : nodes_) {
    if (path == signer) continue;
    std::optional<uint64_t> first;
    for (const note::VerifierKey& key : node.keys) {
      auto time_s = note::VerifyCosignature(note, key);
      if (time_s.ok()) {
        if (!note::CosignatureStands(node.revocations, key, *time_s)) continue;
        first = std::min(first.value_or(*time_s), *time_s);
      } else if (time_s.status().code() != absl::StatusCode::kNotFound) {
        return Failed("the cosignature of " + path + ": " + std::string(time_s.status().message()));
      }
    }
    if (first) found.push_back({path, *first});
  }
  return found;
}

}  // namespace liggare::client
