// An entry as the fold reads it.
#ifndef SERVICES_DOMAIN_STATE_FOLD_ENTRY_H_
#define SERVICES_DOMAIN_STATE_FOLD_ENTRY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "absl/status/statusor.h"
#include "liggare/v1/event.pb.h"

namespace liggare::domain {

// A place in a log.
struct LogPoint {
  std::string log;
  uint64_t index = 0;
  bool operator==(const LogPoint&) const = default;
};

// The order of entries within a subject: clock, then log name (numbers are
// local), then index: the same on every tier that holds the same entries.
struct OrderKey {
  uint64_t clock = 0;
  std::string log;
  uint64_t index = 0;
  friend auto operator<=>(const OrderKey&, const OrderKey&) = default;
};

struct FoldEntry {
  std::string log;
  uint64_t index = 0;
  uint64_t clock = 0;
  int64_t recorded_at_ms = 0;
  std::string principal;
  std::vector<LogPoint> basis;
  std::shared_ptr<const v1::EventData> data;  // Never null.
  int type = 0;  // The payload's field number, also of a type unknown here; 0 if none.

  OrderKey Key() const { return {clock, log, index}; }
};

// Parses the bytes of an entry (liggare.v1.Event). MALFORMED if they are none.
absl::StatusOr<FoldEntry> ParseFoldEntry(std::string_view event_bytes);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_STATE_FOLD_ENTRY_H_
