// What the first entry of an epoch says of the epoch that it continues.
#ifndef SERVICES_REPLICATION_SESSION_EPOCH_OPENING_H_
#define SERVICES_REPLICATION_SESSION_EPOCH_OPENING_H_

#include <optional>
#include <string>

#include "services/replication/session/extent.h"

namespace liggare::replication {

// Nothing if the entry is none that opens an epoch.
std::optional<Extent> PreviousIn(const std::string& entry);

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_SESSION_EPOCH_OPENING_H_
