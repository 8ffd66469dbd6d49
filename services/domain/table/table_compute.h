// The tables of table.h, one function each. The scope has passed CheckScope;
// `published` is what was published of this table, to be used for rows only.
#ifndef SERVICES_DOMAIN_TABLE_TABLE_COMPUTE_H_
#define SERVICES_DOMAIN_TABLE_TABLE_COMPUTE_H_

#include "absl/status/statusor.h"
#include "services/domain/register/published.h"
#include "services/domain/register/scope.h"
#include "services/domain/state/state_view.h"
#include "services/domain/table/table_builder.h"

namespace liggare::domain {

using ComputeFn = absl::StatusOr<TableBuilder>(StateView& view, const Scope& scope,
                                               const Published& published);

// Below a län: one row, without the number of kommuner in the län.
ComputeFn ComputeKommuner;
ComputeFn ComputeOmbud;
ComputeFn ComputeKlienter;
ComputeFn ComputeKon;
// A row for the year, one for the year before if it was reported or published, the
// rows that were only published, and the decrease between the two (minskning).
// `andel` is percent of all klienter of the year.
ComputeFn ComputeBarn;
ComputeFn ComputeKontaktorsaker;
ComputeFn ComputeVantetider;
ComputeFn ComputePrioritering;
ComputeFn ComputeUtforare;
ComputeFn ComputeLedningsgrupper;
ComputeFn ComputeHandledning;
ComputeFn ComputeBrister;
ComputeFn ComputeAvvikelser;
ComputeFn ComputeEnheter;
// Of the nation: budget and outcome per line; below: what was decided and paid.
ComputeFn ComputeBudget;

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_TABLE_TABLE_COMPUTE_H_
