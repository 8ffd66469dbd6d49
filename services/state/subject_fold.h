// One subject, folded from the entries of an EventLog at a frontier, and the
// conditions under which the result is that of another frontier too.
//
// A fold is the same at every frontier that
//   - holds all that it read (`needs`: the entries, and the bases it found held),
//   - has no further entry of the subject, and
//   - lacks what its awaiting entries await.
// So a state that was folded at one frontier serves most others, older ones
// among them, and only what changed is read again. Where it does not serve an
// older one, a second fold is kept beside it, at the moment last asked for: whoever
// looks at the past looks there more than once.
#ifndef SERVICES_STATE_SUBJECT_FOLD_H_
#define SERVICES_STATE_SUBJECT_FOLD_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "eventstore/log/read/event_log.h"
#include "services/domain/fold/fold.h"
#include "services/domain/state/state.h"
#include "services/state/frontier.h"

namespace liggare::state {

// One entry, as the fold takes it. DATA_LOSS if not even its header can be read.
absl::StatusOr<domain::FoldEntry> ReadFoldEntry(const log::EventLog& log,
                                                const log::LogIndex& place);

// Not thread-safe; the states it gives out are never changed afterwards. The
// EventLog must outlive it.
class SubjectFold {
 public:
  SubjectFold(const log::EventLog& log, std::string subject);

  // The subject's state at the frontier; an empty one if it has no entry there.
  // Brings this fold forward to `frontier` if that covers the last one it was
  // brought to; otherwise (a moment in the past that differs) the fold of the past
  // answers and this one stays where it is. DATA_LOSS if an entry can't be read or
  // parsed.
  absl::StatusOr<std::shared_ptr<const domain::State>> At(const FrontierRef& frontier);

  // A measure of its memory: fields and events.
  size_t weight() const;

  // Folds from nothing, telling `listener` (may be null) of every change, until it is Done;
  // only what `is_shown`, unless it is empty, says of the entry's bytes.
  using IsShownFn = std::function<bool(std::string_view bytes)>;
  static absl::StatusOr<domain::State> Refold(const log::EventLog& log, std::string_view subject,
                                              const Frontier& frontier,
                                              domain::ChangeListener* listener,
                                              const IsShownFn& is_shown = {});

 private:
  // The readers are counted apart from the pointer, because shared_ptr's count
  // does not order their reads before a change in place.
  struct Shared {
    domain::State state;
    std::atomic<int> readers = 0;
  };
  using Keys = std::vector<log::SubjectKey>;
  std::shared_ptr<const domain::State> Share();
  absl::Status Restart(const FrontierRef& frontier);
  // At(), of a frontier that does not cover last_ and that this state does not serve.
  absl::StatusOr<std::shared_ptr<const domain::State>> AtPast(const FrontierRef& frontier);
  absl::StatusOr<Keys> KeysBeyondLast(const Frontier& frontier) const;
  absl::Status Extend(const Keys& keys, const Frontier& frontier);

  const log::EventLog& log_;
  const std::string subject_;
  std::shared_ptr<Shared> shared_;  // Null before the first At.
  Frontier needs_;
  FrontierRef last_;    // The newest frontier at which the state is known to be right.
  FrontierRef served_;  // One in the past at which it was found right, too; or null.
  std::unique_ptr<SubjectFold> past_;  // Null before it is needed; has none itself.
};

}  // namespace liggare::state

#endif  // SERVICES_STATE_SUBJECT_FOLD_H_
