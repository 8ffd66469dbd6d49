// Table 7 of the lägesrapport of 2024 with its text: budget and outcome. For the
// nation the lines of the appropriation; below, what was decided and paid to the
// kommuner of the scope, without the lines that exist for the nation only.
#ifndef SERVICES_DOMAIN_TABLE_BUDGET_H_
#define SERVICES_DOMAIN_TABLE_BUDGET_H_

#include "absl/status/statusor.h"
#include "services/domain/published.h"
#include "services/domain/scope.h"
#include "services/domain/state_view.h"
#include "services/domain/table_builder.h"

namespace liggare::domain {

// The scope has passed CheckScope; `published` is what was published of this
// table, to be used for rows only.
absl::StatusOr<TableBuilder> ComputeBudget(StateView& view, const Scope& scope,
                                           const Published& published);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_TABLE_BUDGET_H_
