// Verifies one log from its entries' bytes, as they stream past: the root is
// recomputed, each entry must say its own place, and the checkpoint must be
// signed by the log's node.
//
//   LogVerifier verifier("se/17@1");
//   for (entry : entries below the checkpoint's size) verifier.Add(entry);
//   verifier.Check(checkpoint, chain);   // takes the keys that the log enrols
//
// Not thread-safe.
#ifndef EVENTSTORE_PROOF_LOG_VERIFIER_H_
#define EVENTSTORE_PROOF_LOG_VERIFIER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "eventstore/merkle/tree.h"
#include "eventstore/proof/key_chain.h"
#include "eventstore/proof/proven_entry.h"

namespace liggare::proof {

class LogVerifier {
 public:
  explicit LogVerifier(std::string log) : log_(std::move(log)) {}

  const std::string& log() const { return log_; }
  // How many entries have been added, and the root over them.
  uint64_t size() const { return tree_.size(); }
  merkle::Hash Root() const { return tree_.Root(); }
  // How many of them were withheld from the node that is read. What they say is not
  // known; that they are where they are is proven like the others.
  uint64_t withheld() const { return withheld_; }

  // Takes the next entry, or the leaf hash of one that is withheld (merkle/hash.h).
  // VERIFICATION_FAILED, with `field` = <log>#<index>, if it is no event, names
  // another log or index, or its clock does not rise.
  absl::Status Add(std::string_view entry);

  // Checks a checkpoint of exactly size() entries: signed by the log's node, the
  // same root. Then gives `chain` the keys that the
  // entries enrol. VERIFICATION_FAILED, with `field` = <log>. The paths that
  // cosigned, with their times.
  absl::StatusOr<std::vector<KeyChain::Cosignature>> Check(std::string_view checkpoint,
                                                           KeyChain& chain);
  // The lines of the last checkpoint that did not count.
  const std::vector<note::LeftOutLine>& left_out() const { return left_out_; }

 private:
  const std::string log_;
  merkle::Tree tree_;
  std::vector<merkle::FullTile> full_tiles_;  // Made by the tree, of no use here.
  uint64_t withheld_ = 0;
  uint64_t last_clock_ = 0;
  std::vector<note::LeftOutLine> left_out_;
  std::vector<ParsedEntry> enrolments_;  // Since the last Check.
};

}  // namespace liggare::proof

#endif  // EVENTSTORE_PROOF_LOG_VERIFIER_H_
