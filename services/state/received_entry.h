// One Received, read from its log.
#ifndef SERVICES_STATE_RECEIVED_ENTRY_H_
#define SERVICES_STATE_RECEIVED_ENTRY_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "eventstore/log/read/event_log.h"
#include "liggare/v1/entry.pb.h"

namespace liggare::state {

// The entry at that index, which is indexed as Received. DATA_LOSS if it can't be
// read as one.
absl::StatusOr<v1::Received> ReadReceived(const log::EventLog& log, const std::string& log_name,
                                          uint64_t index);

}  // namespace liggare::state

#endif  // SERVICES_STATE_RECEIVED_ENTRY_H_
