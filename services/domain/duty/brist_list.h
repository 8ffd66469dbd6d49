// Lists of what the register of brister holds: the brister with the återkoppling
// that was asked for, and the good examples.
#ifndef SERVICES_DOMAIN_DUTY_BRIST_LIST_H_
#define SERVICES_DOMAIN_DUTY_BRIST_LIST_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "liggare/v1/query_service.pb.h"
#include "services/domain/calendar/calendar.h"
#include "services/domain/register/scope.h"
#include "services/domain/state/state_view.h"

namespace liggare::domain {

// Requests that a list shows of one brist; its state has them all.
inline constexpr size_t kFeedbackShownMax = 100;

struct BristFilter {
  Date on;                 // From which overdue days are counted.
  bool open_only = false;  // Only with återkoppling that is still to come.
};
// The brister of the scope by subject; those that are grouped under another stand
// under that. The scope's year may be 0: any. Errors else as ComputeTable's.
absl::StatusOr<v1::ListBristerResponse> BristListOf(StateView& view, const Scope& scope,
                                                    const BristFilter& filter);

struct SharedExample {
  v1::GoodExample example;  // Without its description,
  std::string commitment;   // which is behind this: 32 bytes.
};
// Of the nodes at or below `path`, by subject.
absl::StatusOr<std::vector<SharedExample>> ExamplesOf(StateView& view, const std::string& path);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_DUTY_BRIST_LIST_H_
