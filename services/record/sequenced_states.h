// The states as the sequencer's thread sees them: of every entry that is durable
// or in the commit being built. Folded on demand, kept up to a limit, brought
// forward by every accepted entry.
//
//   durable entries ──┐
//                     ├─ in the order of the fold ─► State, kept by last use
//   pending entries ──┘    (clock, log, index)
//
// Pending are the entries that were told of and are not yet readable from the
// EventLog; they are forgotten when a commit has made them so.
//
// Not thread-safe: everything here happens on the sequencer's thread. The
// EventLog must outlive it.
#ifndef SERVICES_RECORD_SEQUENCED_STATES_H_
#define SERVICES_RECORD_SEQUENCED_STATES_H_

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "eventstore/log/read/event_log.h"
#include "services/domain/judge/judge_view.h"
#include "services/domain/state/fold_entry.h"
#include "services/domain/state/state.h"
#include "services/state/enrolments.h"

namespace liggare::record {

class SequencedStates : public domain::JudgeView {
 public:
  // Of what is kept, in fields and events, some 200 bytes each. The state used
  // last is kept whatever it weighs.
  static constexpr size_t kKeptWeightMax = 50'000;
  // Of the nodes of a process together, where each has at least the one above: long
  // histories that are written in turn are then not folded from the beginning each time.
  static constexpr size_t kKeptWeightOfProcess = 1'000'000;

  explicit SequencedStates(const log::EventLog& log, size_t kept_weight_max = kKeptWeightMax);

  // The state is as it is now until the next call of Add or AddForeign.
  absl::StatusOr<std::shared_ptr<const domain::State>> StateOf(std::string_view subject) override;
  absl::StatusOr<std::vector<std::string>> ListSubjects(std::string_view prefix) override;
  // Reads every entry of the subject.
  absl::StatusOr<std::vector<domain::TextPlace>> TextsOf(std::string_view subject) override;
  // Reads what the own logs say of the node.
  absl::StatusOr<proof::NodeKeys> KeysOf(std::string_view path) override;
  std::string_view TrustDomain() const override { return log_.trust_domain(); }
  // Reads the own log once, if there may be so many.
  absl::StatusOr<bool> EnrolsFewerThan(size_t most) override;

  // An entry of the own log joined the commit; `bytes` are the entry's.
  void Add(const domain::FoldEntry& entry, std::string_view bytes);
  // An entry of another log did.
  void AddForeign(const log::SubjectKey& key, std::string_view subject, std::string_view bytes);
  // An entry of another log did that is of no subject's state.
  void Hold(std::string_view log, uint64_t index);
  // Everything below these sizes can be read from the EventLog now.
  void Committed(const std::vector<log::HeldLog>& advanced);

 private:
  struct Pending {
    log::SubjectKey key;
    std::string bytes;
  };
  struct Kept {
    std::shared_ptr<domain::State> state;
    size_t weight = 0;
    std::list<std::string>::iterator used;
  };

  uint64_t Held(std::string_view log) const;
  // The entries of the subject, in their order, in the logs that count.
  using CountsFn = absl::FunctionRef<bool(std::string_view log)>;
  absl::Status ForEachEntry(std::string_view subject, CountsFn counts,
                            absl::FunctionRef<void(const domain::FoldEntry&)> visit) const;
  absl::StatusOr<std::shared_ptr<domain::State>> FoldFromLog(std::string_view subject);
  void Extend(std::string_view subject, const domain::FoldEntry& entry);
  void Keep(std::string_view subject, std::shared_ptr<domain::State> state);
  void Drop(std::string_view subject);
  void Shrink();
  // Fewer than `most` subjects are those of nodes below this one, whoever wrote of them.
  absl::StatusOr<bool> FewerAreNamed(size_t most) const;

  const log::EventLog& log_;
  const size_t kept_weight_max_;
  state::Enrolments enrolments_;                       // Of this node.
  std::map<std::string, uint64_t, std::less<>> held_;  // By log, with what is pending.
  std::map<std::string, std::vector<Pending>, std::less<>> pending_;  // By subject.
  std::map<std::string, Kept, std::less<>> kept_;
  std::list<std::string> by_use_;  // The latest first.
  size_t kept_weight_ = 0;
};

}  // namespace liggare::record

#endif  // SERVICES_RECORD_SEQUENCED_STATES_H_
