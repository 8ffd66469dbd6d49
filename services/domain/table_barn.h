// Table 3 of the lägesrapport of 2024: klienter who wholly or partly live with
// children. A row for the year, one for the year before if it was reported or
// published, the rows that were only published, and the decrease between the two
// (minskning). `andel` is percent of all klienter of the year.
#ifndef SERVICES_DOMAIN_TABLE_BARN_H_
#define SERVICES_DOMAIN_TABLE_BARN_H_

#include "absl/status/statusor.h"
#include "services/domain/published.h"
#include "services/domain/scope.h"
#include "services/domain/state_view.h"
#include "services/domain/table_builder.h"

namespace liggare::domain {

// The scope has passed CheckScope; `published` is what was published of this
// table, to be used for rows only.
absl::StatusOr<TableBuilder> ComputeBarn(StateView& view, const Scope& scope,
                                         const Published& published);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_TABLE_BARN_H_
