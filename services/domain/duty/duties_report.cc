// What verksamheter are to hand in: the yearly report, and answers to what the
// county asks them to complete (förordning 2013:522, 10 §).
#include <string>
#include <vector>

#include "proto/name/node_path.h"
#include "services/domain/duty/duty.h"
#include "services/domain/law/regulation.h"
#include "services/domain/place/subject.h"
#include "services/domain/register/verksamhet.h"

namespace liggare::domain {
namespace {

constexpr char kCompletionSource[] = "länsstyrelsens begäran om komplettering";

// One verksamhet and its report.
struct Reporter {
  const Verksamhet& verksamhet;
  std::string namn;
  std::string subject;
  const State& report;
};

absl::Status AddReport(const DutyQuestion& question, const Reporter& reporter,
                       v1::ListDutiesResponse& out) {
  const int year = question.scope.year;
  const auto receipt =
      FirstReceiptOf(question.sources, name::CountyPathOf(reporter.verksamhet.path),
                     reporter.report, v1::EventData::kReportSubmittedFieldNumber);
  if (!receipt.ok()) return receipt.status();
  *out.add_duties() = MakeDuty({.kind = v1::DUTY_KIND_REPORT,
                                .subject = reporter.subject,
                                .vem = reporter.verksamhet.path,
                                .namn = reporter.namn,
                                .due_on = DueOn(Step::kReport, year),
                                .source = SourceOf(Step::kReport, year)},
                               ComingOf(*receipt), question.on);
  return absl::OkStatus();
}

// One request of the county's.
struct Request {
  std::string id;
  Date answer_by;
};

std::vector<Request> RequestsOf(const State& report) {
  std::vector<Request> requests;
  report.ForEachElement("kompletteringar", [&](const std::vector<std::string_view>& keys,
                                               std::string_view name, const FieldValue& value) {
    const auto* day = std::get_if<std::string>(&value);
    if (name != "answer_by" || day == nullptr) return;
    if (const auto date = ParseDate(*day)) requests.push_back({std::string(keys.front()), *date});
  });
  return requests;
}

absl::Status AddCompletions(const DutyQuestion& question, const Reporter& reporter,
                            v1::ListDutiesResponse& out) {
  for (const Request& request : RequestsOf(reporter.report)) {
    Coming coming;
    if (const auto point = reporter.report.SetBy("svar[" + request.id + "].svar")) {
      const auto received = ReceiptTimeOf(
          question.sources, name::CountyPathOf(reporter.verksamhet.path), reporter.report, *point);
      if (!received.ok()) return received.status();
      coming = {.is_recorded = true, .received_at_ms = *received};
    }
    const auto field = reporter.report.Text("kompletteringar[" + request.id + "].falt");
    *out.add_duties() = MakeDuty({.kind = v1::DUTY_KIND_COMPLETION,
                                  .subject = reporter.subject,
                                  .vem = reporter.verksamhet.path,
                                  .namn = reporter.namn,
                                  .vad = std::string(field.value_or("")),
                                  .due_on = request.answer_by,
                                  .source = kCompletionSource},
                                 coming, question.on);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status AddReportDuties(const DutyQuestion& question, v1::ListDutiesResponse& out) {
  StateView& view = question.sources.view;
  auto verksamheter = VerksamheterUnder(view, question.scope.path);
  if (!verksamheter.ok()) return verksamheter.status();
  for (const Verksamhet& verksamhet : *verksamheter) {
    if (!verksamhet.IsRegisteredIn(question.scope.year)) continue;
    const std::string subject = RapportSubject(question.scope.year, verksamhet.path);
    const auto report = view.StateOf(subject);
    if (!report.ok()) return report.status();
    const auto namn = NameOfNode(view, verksamhet.path);
    if (!namn.ok()) return namn.status();
    const Reporter reporter{verksamhet, *namn, subject, **report};
    for (auto* add : {AddReport, AddCompletions}) {
      if (absl::Status status = add(question, reporter, out); !status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace liggare::domain
