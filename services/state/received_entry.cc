#include "services/state/received_entry.h"

#include <utility>

#include "eventstore/log/bytes/entry.h"
#include "proto/error/error.h"

namespace liggare::state {

absl::StatusOr<v1::Received> ReadReceived(const log::EventLog& log, const std::string& log_name,
                                          uint64_t index) {
  const auto bytes = log.Read(log_name, index);
  if (!bytes.ok()) return bytes.status();
  const auto header = log::ParseEntryHeader(*bytes);
  v1::EntryData data;
  if (!header.ok() ||
      !data.ParseFromArray(header->data.data(), static_cast<int>(header->data.size())) ||
      !data.has_received()) {
    return MakeError(v1::ERROR_CODE_DATA_LOSS,
                     {.message = "entry " + std::to_string(index) + " of " + log_name +
                                 " is indexed as Received and does not parse as one"});
  }
  return std::move(*data.mutable_received());
}

}  // namespace liggare::state
