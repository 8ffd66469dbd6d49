// When entries reached an authority. The law counts from there: a handling has
// come in the day it reaches the authority (förvaltningslagen 2017:900, 22 §).
#ifndef SERVICES_DOMAIN_REGISTER_RECEIPT_TIMES_H_
#define SERVICES_DOMAIN_REGISTER_RECEIPT_TIMES_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/domain/state/state_view.h"

namespace liggare::domain {

// Where an entry stands.
struct EntryPlace {
  std::string_view log;
  uint64_t index = 0;
  uint64_t clock = 0;
};

class ReceiptTimes {
 public:
  virtual ~ReceiptTimes() = default;
  // `arrived_at` of the first Received of that node's log with the entry in it, in
  // milliseconds since 1970-01-01T00:00:00Z; nothing if none is known here.
  virtual absl::StatusOr<std::optional<int64_t>> ArrivalAt(std::string_view node,
                                                           const EntryPlace& entry) = 0;
};

// What a receipt is asked of.
struct ReceiptSources {
  StateView& view;
  ReceiptTimes& times;
};

// The receipt time in law of the event at state.points[point], at that authority:
// `recorded_at` of what it wrote itself or what a node wrote whose key it holds,
// for those it hosts; else the arrival. Nothing if that is not known here.
absl::StatusOr<std::optional<int64_t>> ReceiptTimeOf(ReceiptSources sources,
                                                     std::string_view authority, const State& state,
                                                     uint32_t point);

// The earliest of those of all events of that type that are in effect in the state,
// and whether there is such an event at all.
struct FirstReceipt {
  bool is_recorded = false;
  std::optional<int64_t> received_at_ms;
};
absl::StatusOr<FirstReceipt> FirstReceiptOf(ReceiptSources sources, std::string_view authority,
                                            const State& state, int type);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_REGISTER_RECEIPT_TIMES_H_
