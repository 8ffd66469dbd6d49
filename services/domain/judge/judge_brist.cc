// Rules of the register of systembrister.
#include <string>

#include "proto/error/error.h"
#include "proto/name/node_path.h"
#include "services/domain/judge/judgement.h"

namespace liggare::domain {
namespace {

using Data = v1::EventData;

absl::Status CheckReported(StateView& view, const std::string& subject) {
  auto state = view.StateOf(subject);
  if (!state.ok()) return state.status();
  if ((*state)->Has("rubrik")) return absl::OkStatus();
  return MissingStep("no brist is reported as " + subject, "brist_reported first");
}

// For events that need no more than the brist itself.
absl::Status JudgeReported(const Judgement& judgement) {
  return CheckReported(judgement.view, judgement.event.subject());
}

absl::Status JudgeBristGrouped(const Judgement& judgement) {
  if (absl::Status status = JudgeReported(judgement); !status.ok()) return status;
  const std::string& member = judgement.event.brist_grouped().brist();
  const absl::StatusOr<Subject> parsed = ParseSubject(member);
  const bool is_below = parsed.ok() && parsed->kind == SubjectKind::kBrist &&
                        parsed->path != judgement.subject.path &&
                        name::IsAtOrBelow(parsed->path, judgement.subject.path);
  if (!is_below) {
    return MakeError(
        v1::ERROR_CODE_INVALID_FIELD,
        {.message = member + " can't belong to " + judgement.event.subject(),
         .field = "brist",
         .expected = "a brist of a node below " + std::string(judgement.subject.path)});
  }
  return CheckReported(judgement.view, member);
}

absl::Status JudgeBristPrioritised(const Judgement& judgement) {
  const v1::BristPrioritised& prioritised = judgement.event.brist_prioritised();
  if (prioritised.av() != judgement.writer_path) {
    return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                     {.message = std::string(judgement.writer_path) + " can't set the order of " +
                                 prioritised.av(),
                      .field = "av",
                      .expected = std::string(judgement.writer_path)});
  }
  return JudgeReported(judgement);
}

absl::Status JudgeFeedbackGiven(const Judgement& judgement) {
  auto state = judgement.Own();
  if (!state.ok()) return state.status();
  const std::string& id = judgement.event.feedback_given().begaran();
  if ((*state)->Has("begard_aterkoppling[" + id + "].due_on")) return absl::OkStatus();
  return MakeError(
      v1::ERROR_CODE_PREREQUISITE_MISSING,
      {.message = "nobody was asked under " + id,
       .field = "begaran",
       .expected = "the id of a feedback_requested about " + judgement.event.subject()});
}

}  // namespace

JudgeFn BristRuleOf(int type) {
  switch (type) {
    case Data::kBristGroupedFieldNumber:
      return JudgeBristGrouped;
    case Data::kBristPrioritisedFieldNumber:
      return JudgeBristPrioritised;
    case Data::kFeedbackGivenFieldNumber:
      return JudgeFeedbackGiven;
    case Data::kBristEscalatedFieldNumber:
    case Data::kActionReportedFieldNumber:
    case Data::kFeedbackRequestedFieldNumber:
      return JudgeReported;
    default:
      return nullptr;
  }
}

}  // namespace liggare::domain
