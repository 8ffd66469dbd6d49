// The keys of nodes, from the pinned national key down: each log enrols the keys
// of the node's children, and whoever has verified a log knows them.
//
//   national key ── signs ── se@1 ── enrols ── se/17 ── signs ── se/17@1 ── enrols ── …
//
// A value. The caller verifies that an entry stands in its log before it gives
// the entry to Apply. Not thread-safe for writing.
#ifndef EVENTSTORE_PROOF_KEY_CHAIN_H_
#define EVENTSTORE_PROOF_KEY_CHAIN_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/note/checkpoint.h"
#include "eventstore/note/key.h"
#include "eventstore/note/reduction.h"
#include "eventstore/proof/node_keys.h"
#include "liggare/v1/entry.pb.h"
#include "liggare/v1/event.pb.h"

namespace liggare::proof {

class KeyChain {
 public:
  // `vkey` is the national key, whose name is <trust domain>/se. INVALID_FIELD if
  // it is not one.
  static absl::StatusOr<KeyChain> FromNationalKey(std::string_view vkey);

  const std::string& trust_domain() const { return trust_domain_; }

  // The keys of `path`; null while none is enrolled.
  const NodeKeys* Find(std::string_view path) const;
  const std::map<std::string, NodeKeys, std::less<>>& all() const { return nodes_; }

  // Takes what the entry says of a node's keys (node_keys.h). Other events do nothing, and one
  // that was taken before nothing more. VERIFICATION_FAILED if the log is not that of the node's
  // parent, the subject is no node, or the entry is at fault.
  absl::Status Apply(const v1::Event& event, const v1::EventData& data);

  // Whether Apply has use for it.
  static bool IsAboutKeys(const v1::EventData& data);
  // Whether the entry changes the key of the node whose log holds it, as the nation
  // does. The old key's signature speaks for itself, so that such an entry may be
  // applied before its log is verified: the new key may have signed for it.
  static bool IsOwnKeyChange(const v1::Event& event, const v1::EventData& data);

  // A checkpoint of `log`, signed by any of the keys of its node, and not beyond
  // the size from which that key is revoked. A receipt may be older than a change of
  // key. Reduced to what verifies: what is left out of it is said (note/reduction.h).
  // VERIFICATION_FAILED says what does not hold.
  struct Cosignature {
    std::string path;
    uint64_t time_s = 0;  // Seconds since 1970; the first, whatever key it was by.
  };
  struct Opened {
    note::SignedCheckpoint checkpoint;
    note::VerifierKey key;
    bool superseded;                        // Signed by a key that has been replaced.
    std::vector<Cosignature> cosignatures;  // Of other nodes, by path.
    std::vector<note::LeftOutLine> left_out;
  };
  absl::StatusOr<Opened> OpenCheckpoint(std::string_view bytes, std::string_view log) const;

  // VERIFICATION_FAILED if entry `index` of `log` lies beyond where its node was closed.
  absl::Status CheckNotClosed(std::string_view log, uint64_t index) const;

 private:
  explicit KeyChain(std::string trust_domain, note::VerifierKey national);

  std::optional<note::Signer> SignerNamed(std::string_view name) const;

  std::string trust_domain_;
  std::map<std::string, NodeKeys, std::less<>> nodes_;
};

}  // namespace liggare::proof

#endif  // EVENTSTORE_PROOF_KEY_CHAIN_H_
