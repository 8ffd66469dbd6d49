// Table 1 of the lägesrapport of 2024: kommuner with personligt ombud and
// verksamheter. A row per län and their total for the nation, the län's row for a
// län, a row of its own below. A kommun has personligt ombud in a year if it is
// assigned to a verksamhet for a day of it; a verksamhet counts if it is registered
// for a day of it.
#ifndef SERVICES_DOMAIN_TABLE_KOMMUNER_H_
#define SERVICES_DOMAIN_TABLE_KOMMUNER_H_

#include "absl/status/statusor.h"
#include "services/domain/published.h"
#include "services/domain/scope.h"
#include "services/domain/state_view.h"
#include "services/domain/table_builder.h"

namespace liggare::domain {

// The scope has passed CheckScope; `published` is what was published of this
// table, to be used for rows only.
absl::StatusOr<TableBuilder> ComputeKommuner(StateView& view, const Scope& scope,
                                             const Published& published);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_TABLE_KOMMUNER_H_
