// What two operators must both want: where a node is so configured, an event that takes
// an operator's certificate is recorded when two different ones have sent it.
//
//   anna ── node_key_revoked ──► kept for a day, refused with who must follow
//   bo   ── the same ──────────► recorded, and the entry attests "<anna's URI> <bo's URI>"
//
// The same is: the same subject and payload, reason included; each sends it under an id
// and an actor of their own. What waits is in memory alone: a restart forgets it, and
// the first sends it again. Thread-safe.
#ifndef SERVICES_RECORD_OPERATOR_AGREEMENT_H_
#define SERVICES_RECORD_OPERATOR_AGREEMENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "eventstore/log/read/event_log.h"
#include "liggare/v1/event.pb.h"

namespace liggare::record {

class OperatorAgreement {
 public:
  // How long the first waits for a second.
  static constexpr int64_t kProposalMaxMs = 24 * 60 * 60 * 1000;
  // Of one operator; the oldest makes room, so that nobody fills another's.
  static constexpr size_t kProposalsPerOperatorMax = 8;
  // Operators with something waiting.
  static constexpr size_t kProposersMax = 32;

  // `node` is its path, for what is said; `now_ms` is milliseconds since 1970.
  OperatorAgreement(std::string node, std::function<int64_t()> now_ms)
      : node_(std::move(node)), now_ms_(std::move(now_ms)) {}

  // `by` is an operator's URI. The principal that attests both, if another operator has
  // sent the same; that one's proposal is then used up. Otherwise the event waits:
  // PREREQUISITE_MISSING says for whom and until when. LIMIT_EXCEEDED if too many
  // operators wait.
  absl::StatusOr<std::string> Agree(std::shared_ptr<const v1::EventData> event,
                                    const std::vector<log::DisclosureText>& texts,
                                    const std::string& by);

  // What waits, one sentence each.
  std::vector<std::string> Waiting() const;

 private:
  struct Proposal {
    std::shared_ptr<const v1::EventData> event;  // Without id and actor.
    std::vector<log::DisclosureText> texts;
    std::string by;
    int64_t until_ms = 0;
  };

  absl::Status Waits(const Proposal& proposal) const;
  absl::Status Keep(Proposal proposal) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string node_;
  const std::function<int64_t()> now_ms_;
  mutable std::mutex mutex_;
  std::vector<Proposal> proposals_ ABSL_GUARDED_BY(mutex_);  // Oldest first.
};

}  // namespace liggare::record

#endif  // SERVICES_RECORD_OPERATOR_AGREEMENT_H_
