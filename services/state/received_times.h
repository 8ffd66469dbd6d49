// When entries reached a node, read from the Received of its log.
#ifndef SERVICES_STATE_RECEIVED_TIMES_H_
#define SERVICES_STATE_RECEIVED_TIMES_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "eventstore/log/read/event_log.h"
#include "services/domain/register/receipt_times.h"
#include "services/state/frontier.h"

namespace liggare::state {

// At one frontier: what of the node's log lies beyond it is not read. Thread-safe.
// The EventLog must outlive it.
class ReceivedTimes : public domain::ReceiptTimes {
 public:
  ReceivedTimes(const log::EventLog& log, FrontierRef frontier);

  // Of every epoch of the node's log. A Received has a higher clock than what it
  // names, so the node's log is read from the entry's clock on, to the first that
  // names it. DATA_LOSS if one can't be read.
  absl::StatusOr<std::optional<int64_t>> ArrivalAt(std::string_view node,
                                                   const domain::EntryPlace& entry) override;

 private:
  const log::EventLog& log_;
  const FrontierRef frontier_;
};

}  // namespace liggare::state

#endif  // SERVICES_STATE_RECEIVED_TIMES_H_
