// Tables as they may be published: without small counts of persons and without the
// cells that those could be computed from (suppression.h).
//
// Cells that are shares or differences of counts are withheld with any of the counts.
// Withheld cells are marked, and a note under the table says how many they are. What
// was published before is left out: it must not stand beside a withheld figure.
#ifndef SERVICES_DOMAIN_PUBLISH_PUBLISHABLE_H_
#define SERVICES_DOMAIN_PUBLISH_PUBLISHABLE_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/domain/register/scope.h"
#include "services/domain/state/state_view.h"
#include "services/domain/table/table.h"

namespace liggare::domain {

// Errors as ComputeTable's and ExplainCell's.
absl::StatusOr<v1::GetTableResponse> ComputePublishableTable(StateView& view,
                                                             std::string_view table,
                                                             const Scope& scope, int64_t smallest);

// The cell as ComputePublishableTable has it. Of a cell that is computed from counts of
// persons no fields are named: each of them may be a small count itself.
absl::StatusOr<v1::ExplainCellResponse> ExplainPublishableCell(StateView& view,
                                                               std::string_view table,
                                                               const Scope& scope,
                                                               const CellName& cell,
                                                               int64_t smallest);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_PUBLISH_PUBLISHABLE_H_
