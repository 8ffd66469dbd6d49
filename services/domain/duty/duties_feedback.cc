// What became of brister: återkoppling that somebody was asked for.
#include <optional>
#include <string>

#include "services/domain/duty/duty.h"
#include "services/domain/register/brist_register.h"

namespace liggare::domain {
namespace {

constexpr char kSource[] = "begäran om återkoppling";

}  // namespace

absl::Status AddFeedbackDuties(const DutyQuestion& question, v1::ListDutiesResponse& out) {
  const auto brister = AllBristerOf(question.sources.view, question.scope.path);
  if (!brister.ok()) return brister.status();
  for (const Brist& brist : *brister) {
    for (const Aterkoppling& request : brist.aterkoppling) {
      if (request.is_given() && !brist.IsOfYear(question.scope.year)) continue;
      const std::optional<Date> due = ParseDate(request.due_on);
      if (!due) continue;
      const Coming coming{.is_recorded = request.is_given(),
                          .received_at_ms = {},
                          .received_on = ParseDate(request.given_on)};
      *out.add_duties() = MakeDuty({.kind = v1::DUTY_KIND_FEEDBACK,
                                    .subject = brist.subject,
                                    .vem = request.av_vem,
                                    .namn = request.av_vem,
                                    .vad = brist.rubrik,
                                    .due_on = *due,
                                    .source = kSource},
                                   coming, question.on);
    }
  }
  return absl::OkStatus();
}

}  // namespace liggare::domain
