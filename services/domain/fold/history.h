// Who changed which field of a subject, from what to what, when and why: taken
// down while the state is folded, so that it cannot say anything else than the
// state does.
#ifndef SERVICES_DOMAIN_FOLD_HISTORY_H_
#define SERVICES_DOMAIN_FOLD_HISTORY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "liggare/v1/query_service.pb.h"
#include "services/domain/fold/fold.h"

namespace liggare::domain {

// A change; `reason_commitment` is that of the event's reason, empty if it has
// none: the text, where it is disclosed, belongs in change.reason.
struct RecordedChange {
  v1::Change change;
  std::string reason_commitment;
};

// Give it to Fold for every entry of one subject.
class HistoryRecorder : public ChangeListener {
 public:
  struct Limits {
    uint64_t skipped = 0;  // Of the first changes.
    size_t bytes_max = SIZE_MAX;
  };
  // Only paths that begin with `path_prefix`.
  explicit HistoryRecorder(std::string path_prefix = "");
  // Done when the changes are more than fit, of which there is at least one.
  HistoryRecorder(std::string path_prefix, Limits limits);

  void Changed(const State& state, std::string_view path, const FieldValue& old_value,
               const FieldValue& new_value, uint32_t point, const FoldEntry& entry) override;

  bool Done() const override { return more_; }

  // In the order of the fold.
  const std::vector<RecordedChange>& changes() const { return changes_; }
  // Whether changes follow.
  bool more() const { return more_; }

 private:
  std::string path_prefix_;
  const Limits limits_;
  uint64_t seen_ = 0;
  size_t bytes_ = 0;
  bool more_ = false;
  std::vector<RecordedChange> changes_;
};

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_FOLD_HISTORY_H_
