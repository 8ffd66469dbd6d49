// The kontroll of a scope, in parts. Private to kontroll.h.
#ifndef SERVICES_DOMAIN_KONTROLL_KONTROLL_PARTS_H_
#define SERVICES_DOMAIN_KONTROLL_KONTROLL_PARTS_H_

#include <vector>

#include "absl/status/status.h"
#include "liggare/v1/query_service.pb.h"
#include "services/domain/register/scope.h"
#include "services/domain/state/state_view.h"

namespace liggare::domain {

// Each adds what it finds. The scope has passed CheckScope.
absl::Status AddPublishedFindings(StateView& view, const Scope& scope,
                                  std::vector<v1::Finding>& out);
absl::Status AddPrintedShareFindings(StateView& view, const Scope& scope,
                                     std::vector<v1::Finding>& out);
absl::Status AddPrintedWordFindings(StateView& view, const Scope& scope,
                                    std::vector<v1::Finding>& out);
absl::Status AddGrantFindings(StateView& view, const Scope& scope, std::vector<v1::Finding>& out);
absl::Status AddReportFindings(StateView& view, const Scope& scope, std::vector<v1::Finding>& out);
absl::Status AddApplicationFindings(StateView& view, const Scope& scope,
                                    std::vector<v1::Finding>& out);
absl::Status AddHistoryFindings(StateView& view, const Scope& scope, std::vector<v1::Finding>& out);
absl::Status AddConflictFindings(StateView& view, const Scope& scope,
                                 std::vector<v1::Finding>& out);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_KONTROLL_KONTROLL_PARTS_H_
