#include "services/domain/fold/history.h"

#include <utility>

#include "services/domain/state/state_proto.h"

namespace liggare::domain {

HistoryRecorder::HistoryRecorder(std::string path_prefix)
    : HistoryRecorder(std::move(path_prefix), Limits()) {}

HistoryRecorder::HistoryRecorder(std::string path_prefix, Limits limits)
    : path_prefix_(std::move(path_prefix)), limits_(limits) {}

void HistoryRecorder::Changed(const State& state, std::string_view path,
                              const FieldValue& old_value, const FieldValue& new_value,
                              uint32_t point, const FoldEntry& entry) {
  if (more_ || path.substr(0, path_prefix_.size()) != path_prefix_) return;
  if (seen_++ < limits_.skipped) return;
  RecordedChange recorded;
  recorded.change.set_path(std::string(path));
  if (HasValue(old_value)) *recorded.change.mutable_old() = ToProto(old_value);
  if (HasValue(new_value)) *recorded.change.mutable_new_() = ToProto(new_value);
  *recorded.change.mutable_event() = EventRefOf(state, point);
  recorded.reason_commitment = entry.data->reason().commitment();
  bytes_ += recorded.change.ByteSizeLong();
  more_ = bytes_ > limits_.bytes_max && !changes_.empty();
  if (more_) return;
  changes_.push_back(std::move(recorded));
}

}  // namespace liggare::domain
