// Table 2 of the lägesrapport of 2024: klienter by kön and age.
#ifndef SERVICES_DOMAIN_TABLE_KLIENTER_H_
#define SERVICES_DOMAIN_TABLE_KLIENTER_H_

#include "absl/status/statusor.h"
#include "services/domain/published.h"
#include "services/domain/scope.h"
#include "services/domain/state_view.h"
#include "services/domain/table_builder.h"

namespace liggare::domain {

// The scope has passed CheckScope; `published` is what was published of this
// table, to be used for rows only.
absl::StatusOr<TableBuilder> ComputeKlienter(StateView& view, const Scope& scope,
                                             const Published& published);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_TABLE_KLIENTER_H_
