// Which verksamheter have not reported for a year.
#ifndef SERVICES_DOMAIN_MISSING_H_
#define SERVICES_DOMAIN_MISSING_H_

#include "absl/status/statusor.h"
#include "liggare/v1/query_service.pb.h"
#include "services/domain/scope.h"
#include "services/domain/state_view.h"

namespace liggare::domain {

// The verksamheter of the scope that were registered for a day of the year and
// have lodged no report (förordning 2013:522, 10 §), by path. Errors as
// ComputeTable's.
absl::StatusOr<v1::ListMissingResponse> MissingReports(StateView& view, const Scope& scope);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_MISSING_H_
