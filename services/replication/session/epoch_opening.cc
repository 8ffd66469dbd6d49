#include "services/replication/session/epoch_opening.h"

#include "liggare/v1/entry.pb.h"

namespace liggare::replication {

std::optional<Extent> PreviousIn(const std::string& entry) {
  v1::Event event;
  v1::EntryData data;
  if (!event.ParseFromString(entry) || !data.ParseFromString(event.data())) return {};
  if (!data.has_epoch_opened()) return {};
  absl::StatusOr<Extent> previous = ExtentOf(data.epoch_opened().previous());
  if (!previous.ok()) return {};
  return *previous;
}

}  // namespace liggare::replication
