// Rules of the yearly report and of its review (förordning 2013:522, 10 and 12 §§).
#include <optional>
#include <string>
#include <vector>

#include "proto/error/error.h"
#include "services/domain/judge/judgement.h"
#include "services/domain/register/scope.h"
#include "services/domain/register/verksamhet.h"

namespace liggare::domain {
namespace {

using Data = v1::EventData;

constexpr char kForwarded[] = "overlamnad.forwarded_on";
constexpr char kReviewed[] = "granskning.utfall";

absl::Status JudgeReportSubmitted(const Judgement& judgement) {
  const Subject& subject = judgement.subject;
  auto state = judgement.view.StateOf(VerksamhetSubject(subject.path));
  if (!state.ok()) return state.status();
  if (VerksamhetOf(subject.path, **state).IsRegisteredIn(subject.year)) return absl::OkStatus();
  return MissingStep(std::string(subject.path) + " is not registered for any day of " +
                         std::to_string(subject.year) + " (förordning 2013:522, 10 §)",
                     "verksamhet_registered with a day in the year first");
}

// The report, if there is one.
absl::StatusOr<StatePtr> Lodged(const Judgement& judgement, std::string_view what_for) {
  auto report = judgement.Own();
  if (!report.ok() || IsReported(**report)) return report;
  return MissingStep("there is no report to " + std::string(what_for), "report_submitted first");
}

absl::Status JudgeReportCorrected(const Judgement& judgement) {
  auto report = Lodged(judgement, "correct (förvaltningslagen 2017:900, 36 §)");
  if (!report.ok()) return report.status();
  const v1::ReportCorrected& correction = judgement.event.report_corrected();
  return CheckOldValue(**report, correction.path(), correction.old());
}

// The newest event that set a field which its verksamhet answers for.
uint32_t LastChangeOf(const State& report) {
  uint32_t last = 0;
  for (const auto& [path, field] : report.fields) {
    const bool is_report = field.owner == Data::kReportSubmittedFieldNumber ||
                           field.owner == Data::kCompletionAnsweredFieldNumber;
    if (is_report && field.set_by > last) last = field.set_by;
  }
  return last;
}

// A report that was changed after it was passed on is to be reviewed again.
bool IsForwarded(const State& report) {
  const std::optional<uint32_t> forwarded = report.SetBy(kForwarded);
  return forwarded && *forwarded > LastChangeOf(report);
}

absl::Status CheckNotForwarded(const State& report) {
  if (!IsForwarded(report)) return absl::OkStatus();
  return ForbiddenStep("the report was passed on to Socialstyrelsen on " +
                           std::string(report.Text(kForwarded).value_or("")) +
                           " (förordning 2013:522, 12 §)",
                       "report_corrected; then it is reviewed again");
}

absl::Status JudgeCompletionRequested(const Judgement& judgement) {
  auto report = Lodged(judgement, "complete (förordning 2013:522, 10 §)");
  return report.ok() ? CheckNotForwarded(**report) : report.status();
}

// kompletteringar[<id>]
std::vector<std::string> RequestsOf(const State& report) {
  std::vector<std::string> ids;
  report.ForEachElement("kompletteringar", [&](const std::vector<std::string_view>& keys,
                                               std::string_view name, const FieldValue&) {
    if (name == "answer_by") ids.emplace_back(keys.front());
  });
  return ids;
}

bool IsAnswered(const State& report, const std::string& id) {
  return report.Has("svar[" + id + "].svar");
}

absl::Status JudgeCompletionAnswered(const Judgement& judgement) {
  auto report = judgement.Own();
  if (!report.ok()) return report.status();
  const std::string& id = judgement.event.completion_answered().begaran();
  std::string open;
  for (const std::string& request : RequestsOf(**report)) {
    if (request == id) return absl::OkStatus();
    if (!IsAnswered(**report, request)) open = request;
  }
  return MakeError(v1::ERROR_CODE_PREREQUISITE_MISSING,
                   {.message = "nothing was asked for under " + id,
                    .field = "begaran",
                    .expected = open.empty() ? "completion_requested first" : open});
}

absl::Status JudgeReportReviewed(const Judgement& judgement) {
  auto report = Lodged(judgement, "review (förordning 2013:522, 12 §)");
  if (!report.ok()) return report.status();
  if (absl::Status status = CheckNotForwarded(**report); !status.ok()) return status;
  if (judgement.event.report_reviewed().utfall() != v1::GRANSKNINGSUTFALL_GODKAND) {
    return absl::OkStatus();
  }
  for (const std::string& request : RequestsOf(**report)) {
    if (IsAnswered(**report, request)) continue;
    return MissingStep("the verksamhet has not answered what was asked under " + request,
                       "completion_answered first, or utfall med_anmarkning");
  }
  return absl::OkStatus();
}

absl::Status JudgeReportForwarded(const Judgement& judgement) {
  auto report = Lodged(judgement, "pass on (förordning 2013:522, 12 §)");
  if (!report.ok()) return report.status();
  if (absl::Status status = CheckNotForwarded(**report); !status.ok()) return status;
  const std::optional<uint32_t> reviewed = (*report)->SetBy(kReviewed);
  if (reviewed && *reviewed > LastChangeOf(**report)) return absl::OkStatus();
  return MissingStep(reviewed ? "the report has changed since it was reviewed"
                              : "the report is not reviewed (förordning 2013:522, 12 §)",
                     "report_reviewed first");
}

}  // namespace

JudgeFn ReportRuleOf(int type) {
  switch (type) {
    case Data::kReportSubmittedFieldNumber:
      return JudgeReportSubmitted;
    case Data::kReportCorrectedFieldNumber:
      return JudgeReportCorrected;
    case Data::kCompletionRequestedFieldNumber:
      return JudgeCompletionRequested;
    case Data::kCompletionAnsweredFieldNumber:
      return JudgeCompletionAnswered;
    case Data::kReportReviewedFieldNumber:
      return JudgeReportReviewed;
    case Data::kReportForwardedFieldNumber:
      return JudgeReportForwarded;
    default:
      return nullptr;
  }
}

}  // namespace liggare::domain
