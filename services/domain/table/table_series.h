// Time series: one row of a table, year by year.
//
//   ombud, barn   the year's row
//   kommuner      the totals, or the one row below the nation
//   klienter      the totals
//
// Where the form, or what it counts, has changed within the years, a note says so;
// likewise which years have no reports.
#ifndef SERVICES_DOMAIN_TABLE_TABLE_SERIES_H_
#define SERVICES_DOMAIN_TABLE_TABLE_SERIES_H_

#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "liggare/v1/query_service.pb.h"
#include "services/domain/register/scope.h"
#include "services/domain/state/state_view.h"

namespace liggare::domain {

// A table of one year.
using TableOfYear = absl::FunctionRef<absl::StatusOr<v1::GetTableResponse>(const Scope& scope)>;

// From `first_year` to the scope's. INVALID_FIELD if `first_year` is not before it, or
// the table has no series (`expected` lists those that have). Errors of `table_of` are
// passed on.
absl::StatusOr<v1::GetTableResponse> ComputeSeries(StateView& view, std::string_view table,
                                                   const Scope& scope, int first_year,
                                                   TableOfYear table_of);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_TABLE_TABLE_SERIES_H_
