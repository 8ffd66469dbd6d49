#include "eventstore/proof/node_keys.h"

#include <algorithm>
#include <utility>

#include "proto/name/node_path.h"

namespace liggare::proof {
namespace {

std::string NameOf(const KeyEntry& entry) {
  return std::string(entry.trust_domain) + "/" + std::string(entry.path);
}

bool InUseIsRevoked(const NodeKeys& node) {
  return note::IsRevoked(node.revocations, node.keys.front());
}

// The vkey that the entry speaks of; nothing if it names none.
const std::string* VkeyOf(const v1::EventData& data) {
  if (data.has_node_enrolled()) return &data.node_enrolled().verifier_key();
  if (data.has_node_key_changed()) return &data.node_key_changed().verifier_key();
  if (data.has_node_key_revoked()) return &data.node_key_revoked().verifier_key();
  return nullptr;
}

KeyFault EnrolmentFault(const NodeKeys& node, bool is_nation, const note::VerifierKey& key) {
  const bool is_revoked = note::IsRevoked(node.revocations, key);
  // In whatever order the entries are seen: the first key counts up to its revocation.
  if (node.keys.empty() || (key == node.keys.front() && !is_revoked)) return KeyFault::kNone;
  if (node.HasHad(key)) return KeyFault::kHadBefore;
  if (is_revoked) return KeyFault::kIsRevoked;
  // Nobody is above the nation to enrol another key: it hands over itself.
  return InUseIsRevoked(node) && !is_nation ? KeyFault::kNone : KeyFault::kAnotherInUse;
}

KeyFault ChangeFault(const NodeKeys& node, const note::VerifierKey& key,
                     std::string_view old_key_signature) {
  if (node.keys.empty()) return KeyFault::kNothingEnrolled;
  if (node.HasHad(key)) return KeyFault::kHadBefore;
  if (note::IsRevoked(node.revocations, key)) return KeyFault::kIsRevoked;
  if (InUseIsRevoked(node)) return KeyFault::kInUseIsRevoked;
  const note::VerifierKey& old_key = node.keys.front();
  return old_key.Verify(KeyChangeText(old_key, key), old_key_signature) ? KeyFault::kNone
                                                                        : KeyFault::kNotSigned;
}

void TakeEnrolment(const v1::NodeEnrolled& enrolled, uint64_t clock, NodeKeys& node) {
  if (clock < node.enrolled_clock) return;
  node.enrolled_clock = clock;
  if (node.closed_clock < clock) node.closed.reset();
  node.custody = enrolled.custody();
  node.display_name = enrolled.display_name();
  node.host = enrolled.host();
  node.hosted_by = enrolled.hosted_by();
}

void TakeRevocation(const v1::NodeKeyRevoked& revoked, note::VerifierKey key, NodeKeys& node) {
  note::KeyRevocation revocation{
      .key = std::move(key),
      .log = revoked.log(),
      .size = static_cast<uint64_t>(revoked.size()),
      .cosigned_until_s = static_cast<uint64_t>(revoked.cosigned_until_s())};
  if (std::ranges::find(node.revocations, revocation) == node.revocations.end()) {
    node.revocations.push_back(std::move(revocation));
  }
}

void TakeClosing(const KeyEntry& entry, NodeKeys& node) {
  if (entry.path == name::kNationPath || entry.clock <= node.enrolled_clock) return;
  if (node.closed && node.closed_clock <= entry.clock) return;
  node.closed_clock = entry.clock;
  node.closed = note::EndOfNode(entry.path, entry.basis_logs,
                                static_cast<uint64_t>(entry.data.node_closed().size()));
}

}  // namespace

bool NodeKeys::HasHad(const note::VerifierKey& key) const {
  return std::ranges::find(keys, key) != keys.end();
}

KeyEntry KeyEntryOf(std::string_view trust_domain, std::string_view path, const v1::Event& event,
                    const v1::EventData& data) {
  KeyEntry entry{.trust_domain = trust_domain, .path = path, .data = data, .clock = event.clock()};
  for (const v1::Basis& basis : event.basis()) entry.basis_logs.push_back(basis.log());
  return entry;
}

absl::StatusOr<note::VerifierKey> KeyNamed(std::string_view name, std::string_view vkey) {
  absl::StatusOr<note::VerifierKey> key = note::VerifierKey::Parse(vkey);
  if (!key.ok()) return key;
  if (key->type() != note::KeyType::kEd25519) {
    return absl::InvalidArgumentError("it is not of type 1 (Ed25519)");
  }
  if (key->name() != name) {
    return absl::InvalidArgumentError("it is named " + key->name() + ", not " + std::string(name));
  }
  return key;
}

KeyFault FaultOf(const NodeKeys& node, const KeyEntry& entry) {
  if (entry.data.has_node_closed()) return KeyFault::kNone;
  const std::string* vkey = VkeyOf(entry.data);
  if (vkey == nullptr) return KeyFault::kNotAboutKeys;
  const auto key = note::VerifierKey::Parse(*vkey);
  if (!key.ok() || key->type() != note::KeyType::kEd25519) return KeyFault::kNotAKey;
  if (key->name() != NameOf(entry)) return KeyFault::kOtherName;
  if (entry.data.has_node_enrolled()) {
    return EnrolmentFault(node, entry.path == name::kNationPath, *key);
  }
  if (entry.data.has_node_key_revoked()) return KeyFault::kNone;
  return ChangeFault(node, *key, entry.data.node_key_changed().old_key_signature());
}

KeyFault Apply(const KeyEntry& entry, NodeKeys& node) {
  const KeyFault fault = FaultOf(node, entry);
  if (entry.data.has_node_enrolled() &&
      (fault == KeyFault::kNone || fault == KeyFault::kHadBefore)) {
    TakeEnrolment(entry.data.node_enrolled(), entry.clock, node);
  }
  if (fault != KeyFault::kNone) return fault;
  if (entry.data.has_node_closed()) {
    TakeClosing(entry, node);
    return fault;
  }
  note::VerifierKey key = *note::VerifierKey::Parse(*VkeyOf(entry.data));
  if (entry.data.has_node_key_revoked()) {
    TakeRevocation(entry.data.node_key_revoked(), std::move(key), node);
  } else if (!node.HasHad(key)) {
    node.keys.insert(node.keys.begin(), std::move(key));
  }
  return fault;
}

std::string KeyChangeText(const note::VerifierKey& old_key, const note::VerifierKey& new_key) {
  return "liggare/key-change/v1\n" + old_key.Text() + "\n" + new_key.Text() + "\n";
}

}  // namespace liggare::proof
