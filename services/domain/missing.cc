#include "services/domain/missing.h"

#include <vector>

#include "services/domain/regulation.h"
#include "services/domain/subject.h"
#include "services/domain/verksamhet.h"

namespace liggare::domain {

absl::StatusOr<v1::ListMissingResponse> MissingReports(StateView& view, const Scope& scope) {
  if (absl::Status status = CheckScope(scope); !status.ok()) return status;
  absl::StatusOr<std::vector<Verksamhet>> verksamheter = VerksamheterUnder(view, scope.path);
  if (!verksamheter.ok()) return verksamheter.status();
  const std::string due_on = FormatDate(DueOn(Step::kReport, scope.year));
  v1::ListMissingResponse response;
  for (const Verksamhet& verksamhet : *verksamheter) {
    if (!verksamhet.IsRegisteredIn(scope.year)) continue;
    response.set_expected_count(response.expected_count() + 1);
    auto report = view.StateOf(RapportSubject(scope.year, verksamhet.path));
    if (!report.ok()) return report.status();
    if (IsReported(**report)) continue;
    v1::MissingReport& missing = *response.add_missing();
    missing.set_path(verksamhet.path);
    missing.set_namn(verksamhet.namn);
    missing.set_due_on(due_on);
  }
  return response;
}

}  // namespace liggare::domain
