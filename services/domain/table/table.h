// The tables of the lägesrapport, computed from states, never typed in.
//
//   budget          table 7: budget and outcome
//   kommuner        table 1: kommuner with personligt ombud, verksamheter, per län
//   ombud           kommuner, posts and ombud, year by year
//   handledning     supervision of the ombud
//   klienter        table 2: klienter by kön and age
//   kon             shares of men and women in the age groups
//   barn            table 3: klienter who live with children
//   kontaktorsaker  reasons for contact
//   vantetider      queues and waiting times
//   prioritering    the order of priority
//   utforare        table 4: utförare other than the kommun
//   ledningsgrupper ledningsgrupper and the parts that they lack
//   brister         the register of systembrister (bilaga 1)
//   avvikelser      klienter, uppdrag and avvikelser
//   enheter         klienter by unit
//
// Cells are exact fractions; no floating point. Where nobody has reported, they are absent,
// and a note says what is missing: 0 means that somebody reported 0. For the nation each cell
// stands beside the published figure (TablePublished of tabell/<år>/<id>), where there is one.
#ifndef SERVICES_DOMAIN_TABLE_TABLE_H_
#define SERVICES_DOMAIN_TABLE_TABLE_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "liggare/v1/query_service.pb.h"
#include "services/domain/register/scope.h"
#include "services/domain/state/state_view.h"

namespace liggare::domain {

// Whether the table is computed from reports: without them it has no figures.
bool IsOfReports(std::string_view table);

// NOT_FOUND if there is no such table (`expected` lists them), or the scope is
// not a path of the tree (the nation, one of the 21 län, or below one);
// INVALID_FIELD for a year outside kYearMin to kYearMax. Errors of the view are
// passed on.
absl::StatusOr<v1::GetTableResponse> ComputeTable(StateView& view, std::string_view table,
                                                  const Scope& scope);

struct CellName {
  std::string row;
  std::string column;
};
// Every field that the cell is computed from, with the event that set it. Errors as
// ComputeTable's; NOT_FOUND also if there is no such row or column.
absl::StatusOr<v1::ExplainCellResponse> ExplainCell(StateView& view, std::string_view table,
                                                    const Scope& scope, const CellName& cell);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_TABLE_TABLE_H_
