#include "eventstore/proof/key_chain.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "proto/error/error.h"
#include "proto/name/log_name.h"
#include "proto/name/node_path.h"

namespace liggare::proof {
namespace {

constexpr char kNodeSubject[] = "node/";

absl::Status Failed(std::string message, std::string expected = "") {
  return MakeError(v1::ERROR_CODE_VERIFICATION_FAILED,
                   {.message = std::move(message), .expected = std::move(expected)});
}

// The fault of an entry about the key of `path`, of which `node` is known.
absl::Status FailedBy(KeyFault fault, const KeyEntry& entry, const NodeKeys& node) {
  const std::string of = "the key of " + std::string(entry.path);
  const std::string name = std::string(entry.trust_domain) + "/" + std::string(entry.path);
  switch (fault) {
    case KeyFault::kNone:
    case KeyFault::kNotAboutKeys:
    case KeyFault::kHadBefore:
      break;
    case KeyFault::kNotAKey:
      return Failed(of + " is no vkey of type 1 (Ed25519)", "the vkey of " + name);
    case KeyFault::kOtherName:
      return Failed(of + " has the name of another node", "the vkey of " + name);
    case KeyFault::kNothingEnrolled:
      return Failed(of + " is changed before it is known");
    case KeyFault::kAnotherInUse:
      return Failed(
          "the key enrolled for " + std::string(entry.path) + " is not the one known already",
          node.keys.front().Text());
    case KeyFault::kIsRevoked:
      return Failed(of + " was revoked before");
    case KeyFault::kInUseIsRevoked:
      return Failed("the change of " + of + " is signed by a key that is revoked");
    case KeyFault::kNotSigned:
      return Failed("the change of " + of + " is not signed by its old key");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<KeyChain> KeyChain::FromNationalKey(std::string_view vkey) {
  const auto wrong = [](std::string message) {
    return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                     {std::move(message), "trust", "the vkey of <trust domain>/se"});
  };
  auto key = note::VerifierKey::Parse(vkey);
  if (!key.ok()) return wrong(std::string(key.status().message()));
  const std::string& name = key->name();
  const size_t slash = name.find('/');
  if (slash == 0 || slash == std::string::npos || name.substr(slash + 1) != name::kNationPath) {
    return wrong("'" + name + "' is not the national node's name");
  }
  if (key->type() != note::KeyType::kEd25519) return wrong("the key is not of type 1 (Ed25519)");
  std::string trust_domain = name.substr(0, slash);
  return KeyChain(std::move(trust_domain), *std::move(key));
}

KeyChain::KeyChain(std::string trust_domain, note::VerifierKey national)
    : trust_domain_(std::move(trust_domain)) {
  nodes_[std::string(name::kNationPath)].keys.push_back(std::move(national));
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
  auto writer = name::NodeOfLog(event.log());
  if (!writer.ok()) return writer.status();
  const std::string parent = path == name::kNationPath ? path : std::string(name::ParentOf(path));
  if (*writer != parent) {
    return Failed("the key of " + path + " is enrolled in the log " + event.log(),
                  "the log of " + parent);
  }
  NodeKeys& node = nodes_[path];
  const KeyEntry entry = KeyEntryOf(trust_domain_, path, event, data);
  return FailedBy(proof::Apply(entry, node), entry, node);
}

bool KeyChain::IsAboutKeys(const v1::EventData& data) {
  return data.has_node_enrolled() || data.has_node_key_changed() || data.has_node_key_revoked() ||
         data.has_node_closed();
}

bool KeyChain::IsOwnKeyChange(const v1::Event& event, const v1::EventData& data) {
  auto writer = name::NodeOfLog(event.log());
  return data.has_node_key_changed() && writer.ok() && data.subject() == kNodeSubject + *writer;
}

absl::Status KeyChain::CheckNotClosed(std::string_view log, uint64_t index) const {
  auto path = name::NodeOfLog(log);
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
  return note::Signer{node->keys, node->revocations};
}

absl::StatusOr<KeyChain::Opened> KeyChain::OpenCheckpoint(std::string_view bytes,
                                                          std::string_view log) const {
  auto path = name::NodeOfLog(log);
  if (!path.ok()) return path.status();
  const NodeKeys* node = Find(*path);
  if (node == nullptr) return Failed("the key of " + *path + " is not enrolled");
  const std::string origin = trust_domain_ + "/" + std::string(log);
  auto reduced = note::ReduceCheckpoint(
      bytes, origin, [this](std::string_view name) { return SignerNamed(name); });
  if (!reduced.ok()) {
    // Whoever trusts a key that the nation changed to later has no way back from it.
    const bool may_be_later = *path == name::kNationPath && absl::IsNotFound(reduced.status());
    return Failed(
        "the checkpoint of " + std::string(log) + ": " + std::string(reduced.status().message()) +
            (may_be_later ? " by the key that is trusted" : ""),
        "a checkpoint of " + origin + " signed by " + node->keys.front().Text() +
            (may_be_later ? "; trust the nation's first key, its later ones are proven from it"
                          : ""));
  }
  std::map<std::string, uint64_t> first;
  for (const auto& [name, time_s] : reduced->cosignatures) {
    const std::string cosigner = name.substr(trust_domain_.size() + 1);
    const auto [at, added] = first.try_emplace(cosigner, time_s);
    if (!added) at->second = std::min(at->second, time_s);
  }
  const bool superseded = !(reduced->key == node->keys.front());
  Opened opened{std::move(reduced->checkpoint),
                std::move(reduced->key),
                superseded,
                {},
                std::move(reduced->left_out)};
  for (const auto& [cosigner, time_s] : first) opened.cosignatures.push_back({cosigner, time_s});
  return opened;
}

}  // namespace liggare::proof
