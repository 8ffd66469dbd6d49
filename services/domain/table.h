// The tables of the lägesrapport, computed from states, never typed in.
//
//   kommuner  table 1: kommuner with personligt ombud, verksamheter, per län
//   klienter  table 2: klienter by kön and age
//   barn      table 3: klienter who live with children
//   budget    table 7: budget and outcome
//
// Cells are exact fractions; no floating point. For the nation each cell stands
// beside the published figure (TablePublished of tabell/<år>/<id>), where there
// is one.
#ifndef SERVICES_DOMAIN_TABLE_H_
#define SERVICES_DOMAIN_TABLE_H_

#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "liggare/v1/query_service.pb.h"
#include "services/domain/scope.h"
#include "services/domain/state_view.h"

namespace liggare::domain {

// The tables' ids, in the order of the report.
std::span<const std::string_view> TableIds();

// NOT_FOUND if there is no such table (`expected` lists them), or the scope is
// not a path of the tree (the nation, one of the 21 län, or below one);
// INVALID_FIELD for a year outside kYearMin to kYearMax. Errors of the view are
// passed on.
absl::StatusOr<v1::GetTableResponse> ComputeTable(StateView& view, std::string_view table,
                                                  const Scope& scope);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_TABLE_H_
