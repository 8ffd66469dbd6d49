// The states of one node's subjects, folded on demand from its EventLog: now, or
// as some node knew them at some moment. Nothing is stored; what was folded is
// kept in memory, up to a limit, and brought forward when entries come.
//
// A StateReader is itself the view of now, at each call anew. Now() and At() give
// views that stay where they are, so that a table is computed at one frontier.
//
// Thread-safe; folds of different subjects run side by side. The EventLog must
// outlive the reader, and the reader its views.
#ifndef SERVICES_STATE_STATE_READER_H_
#define SERVICES_STATE_STATE_READER_H_

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "eventstore/log/read/event_log.h"
#include "liggare/v1/query_service.pb.h"
#include "services/domain/fold/history.h"
#include "services/domain/state/state_view.h"
#include "services/state/frontier.h"
#include "services/state/subject_fold.h"

namespace liggare::state {

class StateReader : public domain::StateView {
 public:
  struct Options {
    // Of what is kept, in fields and events (SubjectFold::weight), some 200 bytes
    // each. A national year has 250'000, and twice that where it is also looked at
    // as it was known at some moment.
    size_t kept_weight_max = 600'000;
  };

  // The states at one frontier. Thread-safe.
  class View : public domain::StateView {
   public:
    // `knower` is whose knowledge the frontier is; empty for this node's.
    View(StateReader& reader, FrontierRef frontier, std::string knower = "");
    absl::StatusOr<std::shared_ptr<const domain::State>> StateOf(std::string_view subject) override;
    absl::StatusOr<std::vector<std::string>> ListSubjects(std::string_view prefix) override;
    // Every change of the subject's fields whose path begins with `path_prefix`,
    // in the order of the fold, with the reason in words where it is held, and when and
    // why it was erased where it was.
    absl::StatusOr<std::vector<v1::Change>> HistoryOf(std::string_view subject,
                                                      std::string_view path_prefix);
    // Of them what fits, reasons apart, after as many as are skipped.
    struct HistoryPart {
      std::vector<v1::Change> changes;
      bool more = false;  // Changes follow.
    };
    absl::StatusOr<HistoryPart> HistoryPartOf(std::string_view subject,
                                              std::string_view path_prefix,
                                              const domain::HistoryRecorder::Limits& limits);
    // Folds the subject from nothing, telling `listener`.
    absl::Status Replay(std::string_view subject, domain::ChangeListener& listener) const;
    const Frontier& frontier() const { return *frontier_; }
    const FrontierRef& shared_frontier() const { return frontier_; }

   private:
    // A node below the counties was shown of the logs above it what concerned it.
    absl::StatusOr<FrontierRef> FrontierOf(std::string_view subject) const;
    // Of such a subject it was not shown the entries that name others.
    bool IsShownInPart(std::string_view subject) const;
    absl::StatusOr<domain::State> Refold(std::string_view subject,
                                         domain::ChangeListener* listener) const;

    StateReader& reader_;
    const FrontierRef frontier_;
    const std::string knower_;
    FrontierRef of_others_;  // For what does not concern the knower; null: the same.
  };

  explicit StateReader(const log::EventLog& log) : StateReader(log, Options()) {}
  StateReader(const log::EventLog& log, Options options);
  ~StateReader() override;

  // The view of everything that is durable now.
  View Now();
  // The view of a moment; of now if it names no node. Errors as FrontierAt's.
  absl::StatusOr<View> At(const v1::Moment& moment);

  // domain::StateView, at the frontier of the call.
  absl::StatusOr<std::shared_ptr<const domain::State>> StateOf(std::string_view subject) override;
  absl::StatusOr<std::vector<std::string>> ListSubjects(std::string_view prefix) override;

 private:
  struct Slot {
    explicit Slot(const log::EventLog& log, const std::string& subject) : fold(log, subject) {}
    std::mutex mutex;
    SubjectFold fold ABSL_GUARDED_BY(mutex);
  };
  // A slot's place in the cache.
  struct Kept {
    std::shared_ptr<Slot> slot;
    size_t weight = 0;
    std::list<std::string>::iterator used;
  };

  FrontierRef CurrentFrontier();
  // That frontier, the same object as long as the same is asked for.
  FrontierRef Shared(Frontier past);
  absl::StatusOr<std::shared_ptr<const domain::State>> Fold(std::string_view subject,
                                                            const FrontierRef& frontier);
  std::shared_ptr<Slot> SlotOf(std::string_view subject);
  void Keep(std::string_view subject, const std::shared_ptr<Slot>& slot, size_t weight);
  using FrontierOf = absl::FunctionRef<absl::StatusOr<FrontierRef>(std::string_view subject)>;
  // Whether the subject, whose first entry that is, has any at the frontier. Where it
  // is not the first one, the state says: it is kept, and mostly wanted next.
  absl::StatusOr<bool> HasEntry(std::string_view subject, const log::LogIndex& first,
                                const FrontierRef& frontier);
  absl::StatusOr<std::vector<std::string>> SubjectsAt(std::string_view prefix,
                                                      FrontierOf frontier_of);
  absl::Status Disclose(std::string_view subject, const std::string& commitment,
                        v1::Change& change) const;
  // "(gallrad 2025-02-03 enligt gallringsbeslut)"; nothing if no entry erased the text
  // in entries of that log.
  absl::StatusOr<std::string> ErasureText(std::string_view subject, std::string_view log,
                                          const std::string& commitment) const;

  const log::EventLog& log_;
  const Options options_;

  std::mutex frontier_mutex_;
  // Given again while no log grows, so that equal frontiers are one object.
  FrontierRef current_ ABSL_GUARDED_BY(frontier_mutex_);
  // Of the moment last asked for.
  FrontierRef past_ ABSL_GUARDED_BY(frontier_mutex_);

  std::mutex cache_mutex_;
  std::map<std::string, Kept, std::less<>> kept_ ABSL_GUARDED_BY(cache_mutex_);
  std::list<std::string> by_use_ ABSL_GUARDED_BY(cache_mutex_);  // The latest first.
  size_t kept_weight_ ABSL_GUARDED_BY(cache_mutex_) = 0;
};

}  // namespace liggare::state

#endif  // SERVICES_STATE_STATE_READER_H_
