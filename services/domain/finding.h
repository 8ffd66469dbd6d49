// A finding being written down.
#ifndef SERVICES_DOMAIN_FINDING_H_
#define SERVICES_DOMAIN_FINDING_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "liggare/v1/query_service.pb.h"
#include "services/domain/scope.h"
#include "services/domain/state_view.h"

namespace liggare::domain {

struct FindingParts {
  std::string subject;
  std::vector<std::string> fields;
  std::string stated;
  std::string computed;
  std::string sentence;  // Swedish, for people.
};

// With its id and severity, open. The code must be one of kontroll.h.
v1::Finding MakeFinding(std::string_view code, FindingParts parts);

// The kinds of kontroll (kontroll.h). Each adds what it finds; the scope has
// passed CheckScope.
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

#endif  // SERVICES_DOMAIN_FINDING_H_
