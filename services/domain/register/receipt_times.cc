#include "services/domain/register/receipt_times.h"

#include <set>
#include <string>

#include "proto/name/log_name.h"
#include "services/domain/place/subject.h"

namespace liggare::domain {
namespace {

// Whether what the node records is with the authority at once, because that hosts it.
absl::StatusOr<bool> IsHostedBy(StateView& view, std::string_view node,
                                std::string_view authority) {
  if (node == authority) return true;
  auto state = view.StateOf(NodeSubject(node));
  if (!state.ok()) return state.status();
  return (*state)->Text("custody") == "hosted" && (*state)->Text("hosted_by") == authority;
}

}  // namespace

absl::StatusOr<std::optional<int64_t>> ReceiptTimeOf(ReceiptSources sources,
                                                     std::string_view authority, const State& state,
                                                     uint32_t point) {
  const EventPoint& event = state.points[point];
  const std::string& log = state.strings.at(event.log);
  const auto is_hosted = IsHostedBy(sources.view, name::PathOfLog(log), authority);
  if (!is_hosted.ok()) return is_hosted.status();
  if (*is_hosted) return std::optional<int64_t>(event.recorded_at_ms);
  return sources.times.ArrivalAt(authority,
                                 {.log = log, .index = event.index, .clock = event.clock});
}

absl::StatusOr<FirstReceipt> FirstReceiptOf(ReceiptSources sources, std::string_view authority,
                                            const State& state, int type) {
  FirstReceipt first;
  std::set<std::string_view> logs;  // A log arrives in its order: its first event is its earliest.
  for (uint32_t point = 0; point < state.points.size(); ++point) {
    const EventPoint& event = state.points[point];
    if (event.type != type || !event.in_effect) continue;
    if (!logs.insert(state.strings.at(event.log)).second) continue;
    first.is_recorded = true;
    const auto received = ReceiptTimeOf(sources, authority, state, point);
    if (!received.ok()) return received.status();
    const bool is_earlier =
        *received && (!first.received_at_ms || **received < *first.received_at_ms);
    if (is_earlier) first.received_at_ms = **received;
  }
  return first;
}

}  // namespace liggare::domain
