// The keys of one node, as the entries about it in its parent's log say, in their order. One
// rule, for whoever records such an entry (services/domain/judge/judge_keys.h), takes it as it
// arrives (services/replication/chunks/enrolment.h) or verifies it offline (key_chain.h).
//
//   enrolled A ── changed A→B, signed by A ── changed B→C, signed by B ── revoked C ── enrolled D
//
// A key that a node has had never comes back (docs/adr/0027): who replaced it had a reason, and
// a change that is seen twice then means one thing. Pure.
#ifndef EVENTSTORE_PROOF_NODE_KEYS_H_
#define EVENTSTORE_PROOF_NODE_KEYS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/note/key.h"
#include "eventstore/note/reach.h"
#include "eventstore/note/revocation.h"
#include "liggare/v1/entry.pb.h"
#include "liggare/v1/event.pb.h"

namespace liggare::proof {

// A value.
struct NodeKeys {
  std::vector<note::VerifierKey> keys;  // Every one it has had; the first is in use.
  std::vector<note::KeyRevocation> revocations;
  std::optional<note::Reach> closed;  // Where its log ended, while it is closed.
  uint64_t enrolled_clock = 0;        // Of the last enrolment that was taken,
  uint64_t closed_clock = 0;          // and of the closing.
  v1::Custody custody = v1::CUSTODY_UNSPECIFIED;
  std::string display_name;
  std::string host;       // host/<name> in the certificate of its process.
  std::string hosted_by;  // Whose organisation holds the key; empty: its own.

  bool HasHad(const note::VerifierKey& key) const;
};

// An entry whose subject is node/<path>, in a log of the node's parent.
struct KeyEntry {
  std::string_view trust_domain;
  std::string_view path;
  const v1::EventData& data;
  uint64_t clock = 0;
  std::vector<std::string> basis_logs = {};
};
KeyEntry KeyEntryOf(std::string_view trust_domain, std::string_view path, const v1::Event& event,
                    const v1::EventData& data);

// Why an entry gives, changes or ends nothing.
enum class KeyFault {
  kNone,
  kNotAboutKeys,
  kNotAKey,          // No vkey of type 1 (Ed25519).
  kOtherName,        // A key that is not named <trust domain>/<path>.
  kNothingEnrolled,  // A change before any enrolment.
  kAnotherInUse,     // A second enrolment, and the key in use is not revoked; or of the nation.
  kHadBefore,        // The node has had the key: the entry comes late, or is seen again.
  kIsRevoked,        // The key was revoked before the node had it.
  kInUseIsRevoked,   // A change by a key that is revoked.
  kNotSigned,        // A change that the key in use has not signed.
};

// What is wrong with the entry after those that made `node`.
KeyFault FaultOf(const NodeKeys& node, const KeyEntry& entry);

// Takes the entry, unless it is at fault. Of an enrolment with a key that the node has had the
// description alone is taken. A closing ends the node until an enrolment with a later clock; of
// two closings the first counts, so that none gives back, and nobody closes the nation.
KeyFault Apply(const KeyEntry& entry, NodeKeys& node);

// The key in a vkey. INVALID_ARGUMENT says why it is none of that name.
absl::StatusOr<note::VerifierKey> KeyNamed(std::string_view name, std::string_view vkey);

// What the holder of the old key signs (Ed25519) to hand over to the new one
// (NodeKeyChanged.old_key_signature).
std::string KeyChangeText(const note::VerifierKey& old_key, const note::VerifierKey& new_key);

}  // namespace liggare::proof

#endif  // EVENTSTORE_PROOF_NODE_KEYS_H_
