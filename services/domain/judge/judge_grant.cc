// Rules of the register of verksamheter and of the grant, from application to
// payment (förordning 2013:522, 7 to 12 §§; HSLF-FS 2016:98).
#include <optional>
#include <string>
#include <vector>

#include "proto/error/error.h"
#include "proto/name/node_path.h"
#include "services/domain/judge/judgement.h"
#include "services/domain/register/verksamhet.h"

namespace liggare::domain {
namespace {

using Data = v1::EventData;

std::string KommunAndYear(const Subject& subject) {
  return "kommun " + std::string(subject.code) + " in " + std::to_string(subject.year);
}

absl::Status JudgeUtforareRegistered(const Judgement& judgement) {
  auto state = judgement.Own();
  if (!state.ok()) return state.status();
  if ((*state)->Has("namn")) return absl::OkStatus();
  return MissingStep(std::string(judgement.subject.path) + " is not registered",
                     "verksamhet_registered first");
}

absl::Status JudgeVerksamhetSucceeded(const Judgement& judgement) {
  if (absl::Status status = JudgeUtforareRegistered(judgement); !status.ok()) return status;
  const std::string& next = judgement.event.verksamhet_succeeded().path();
  if (next != judgement.subject.path && name::IsAtOrBelow(next, judgement.writer_path) &&
      name::DepthOf(next) >= 3) {
    return absl::OkStatus();
  }
  return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                   {.message = next + " can't succeed " + std::string(judgement.subject.path),
                    .field = "path",
                    .expected = "another verksamhet below " + std::string(judgement.writer_path)});
}

// The verksamhet that already reports the kommun's money in some of the days.
absl::Status CheckOnlyOneReportsEconomy(const Judgement& judgement,
                                        const v1::KommunAssigned& assigned) {
  const Interval days{*ParseDate(assigned.from()), ParseDate(assigned.to())};
  auto verksamheter = VerksamheterUnder(judgement.view, judgement.writer_path);
  if (!verksamheter.ok()) return verksamheter.status();
  for (const Verksamhet& other : *verksamheter) {
    if (other.path == judgement.subject.path) continue;
    for (const AssignedKommun& kommun : other.kommuner) {
      if (kommun.kommunkod != assigned.kommunkod() || !kommun.redovisar_ekonomi) continue;
      if (!Intersect(kommun.days, days)) continue;
      return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                       {.message = other.path + " reports the economy of kommun " +
                                   assigned.kommunkod() + " from " + FormatDate(kommun.days.first) +
                                   "; one verksamhet at a time does (förordning 2013:522, 10 §)",
                        .field = "redovisar_ekonomi",
                        .expected = "false, or days when no other verksamhet does"});
    }
  }
  return absl::OkStatus();
}

absl::Status JudgeKommunAssigned(const Judgement& judgement) {
  const v1::KommunAssigned& assigned = judgement.event.kommun_assigned();
  if (assigned.kommunkod().substr(0, 2) != name::LanskodOf(judgement.writer_path)) {
    return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                     {.message = "kommun " + assigned.kommunkod() + " is in another län",
                      .field = "kommunkod",
                      .expected = "a kommun of the county's own län, " +
                                  std::string(name::LanskodOf(judgement.writer_path)) + "xx"});
  }
  return assigned.redovisar_ekonomi() ? CheckOnlyOneReportsEconomy(judgement, assigned)
                                      : absl::OkStatus();
}

absl::Status JudgeApplicationReceived(const Judgement& judgement) {
  const Subject& subject = judgement.subject;
  auto verksamheter = VerksamheterUnder(judgement.view, judgement.writer_path);
  if (!verksamheter.ok()) return verksamheter.status();
  for (const Verksamhet& verksamhet : *verksamheter) {
    if (verksamhet.AssignedIn(subject.code, subject.year) != nullptr) return absl::OkStatus();
  }
  return MissingStep(
      "no verksamhet serves " + KommunAndYear(subject) + " (förordning 2013:522, 8 §)",
      "kommun_assigned for a day of the year first");
}

absl::Status CheckApplied(const Judgement& judgement, const State& application) {
  if (application.Has("posts_hundredths")) return absl::OkStatus();
  return MissingStep("kommun " + std::string(judgement.subject.code) + " has not applied for " +
                         std::to_string(judgement.subject.year) + " (förordning 2013:522, 8 §)",
                     "application_received first");
}

// An application that comes in again after a rejection is to be tried again.
bool IsRejected(const State& application) {
  const std::optional<uint32_t> rejected = application.SetBy("avslag.grund");
  return rejected && rejected > application.SetBy("posts_hundredths");
}

absl::Status JudgeApplicationRejected(const Judgement& judgement) {
  const Subject& subject = judgement.subject;
  auto application = judgement.Own();
  if (!application.ok()) return application.status();
  if (absl::Status status = CheckApplied(judgement, **application); !status.ok()) return status;
  auto grant = judgement.view.StateOf(BidragSubject(subject.year, subject.code));
  if (!grant.ok()) return grant.status();
  if (!(*grant)->Has("amount_ore")) return absl::OkStatus();
  return ForbiddenStep(
      "a grant is decided for " + KommunAndYear(subject) + " (förordning 2013:522, 9 §)",
      "no rejection; a decision is changed by grant_decided again "
      "(förvaltningslagen 2017:900, 37 §)");
}

absl::Status JudgeApplicationsSummed(const Judgement& judgement) {
  const Subject& subject = judgement.subject;
  auto applications = judgement.view.ListSubjects(AnsokanSubject(subject.year, subject.code));
  if (!applications.ok()) return applications.status();
  if (!applications->empty()) return absl::OkStatus();
  return MissingStep("no kommun of län " + std::string(subject.code) + " has applied for " +
                         std::to_string(subject.year) + " (förordning 2013:522, 8 §)",
                     "application_received for a kommun of the län first");
}

absl::Status JudgeGrantRateSet(const Judgement& judgement) {
  const int year = judgement.subject.year;
  auto subjects = judgement.view.ListSubjects("rekvisition/" + std::to_string(year) + "/");
  if (!subjects.ok()) return subjects.status();
  for (const std::string& subject : *subjects) {
    auto state = judgement.view.StateOf(subject);
    if (!state.ok()) return state.status();
    if ((*state)->Has("sokta.posts_hundredths")) return absl::OkStatus();
  }
  return MissingStep("no county has told how many posts were applied for in " +
                         std::to_string(year) + " (HSLF-FS 2016:98, 5 §)",
                     "applications_summed, in a county's log, first");
}

absl::Status JudgeGrantRateForecast(const Judgement& judgement) {
  auto anslag = judgement.Own();
  if (!anslag.ok()) return anslag.status();
  if (!(*anslag)->Has("rate_ore")) return absl::OkStatus();
  return ForbiddenStep("the amount per årsanställning of " +
                           std::to_string(judgement.subject.year) +
                           " is fixed (HSLF-FS 2016:98, 5 §)",
                       "no forecast for this year");
}

// The regulation has no claim for money that was paid by a decision that is
// lowered afterwards (15 §).
absl::Status CheckNotBelowPaid(const Judgement& judgement) {
  auto grant = judgement.Own();
  if (!grant.ok()) return grant.status();
  return CheckNotAbove({.before_ore = (*grant)->SumOf("payments", "amount_ore"),
                        .added_ore = 0,
                        .limit_ore = judgement.event.grant_decided().amount_ore()},
                       "what is already paid",
                       "the grant as decided anew (förordning 2013:522, 15 §)");
}

absl::Status JudgeGrantDecided(const Judgement& judgement) {
  const Subject& subject = judgement.subject;
  auto application = judgement.view.StateOf(AnsokanSubject(subject.year, subject.code));
  if (!application.ok()) return application.status();
  if (absl::Status status = CheckApplied(judgement, **application); !status.ok()) return status;
  if (IsRejected(**application)) {
    return ForbiddenStep(
        "the application of " + KommunAndYear(subject) + " is rejected (förordning 2013:522, 9 §)",
        "application_received again, if the rejection is changed "
        "(förvaltningslagen 2017:900, 37 §)");
  }
  auto anslag = judgement.view.StateOf(AnslagSubject(subject.year));
  if (!anslag.ok()) return anslag.status();
  if ((*anslag)->Has("rate_ore")) return CheckNotBelowPaid(judgement);
  return MissingStep("the amount per årsanställning of " + std::to_string(subject.year) +
                         " is not fixed (HSLF-FS 2016:98, 5 §)",
                     "grant_rate_set, in Socialstyrelsen's log, first");
}

absl::Status JudgeGrantPaid(const Judgement& judgement) {
  auto grant = judgement.Own();
  if (!grant.ok()) return grant.status();
  const std::optional<int64_t> decided_ore = (*grant)->Number("amount_ore");
  if (!decided_ore) {
    return MissingStep("no grant is decided for " + KommunAndYear(judgement.subject) +
                           " (förordning 2013:522, 9 §)",
                       "grant_decided first");
  }
  return CheckNotAbove({.before_ore = (*grant)->SumOf("payments", "amount_ore"),
                        .added_ore = judgement.event.grant_paid().amount_ore(),
                        .limit_ore = *decided_ore},
                       "the payments", "the grant that was decided (förordning 2013:522, 9 §)");
}

// 9 § andra stycket: no requisition before the county has accounted for the
// year before.
absl::Status CheckAccounted(const Judgement& judgement) {
  const Subject& subject = judgement.subject;
  const int before = subject.year - 1;
  if (before < judgement.regulation.first_year) return absl::OkStatus();
  auto account = judgement.view.StateOf(LansrapportSubject(before, subject.code));
  if (!account.ok()) return account.status();
  if ((*account)->Has("submitted_on")) return absl::OkStatus();
  return MissingStep(
      "län " + std::string(subject.code) + " has not accounted for " + std::to_string(before) +
          " (" + std::string(judgement.regulation.requisition_source) + ")",
      "county_account_submitted about " + LansrapportSubject(before, subject.code) + " first");
}

absl::Status JudgeFundsRequisitioned(const Judgement& judgement) {
  const Subject& subject = judgement.subject;
  if (absl::Status status = CheckAccounted(judgement); !status.ok()) return status;
  auto grants = judgement.view.ListSubjects(BidragSubject(subject.year, subject.code));
  if (!grants.ok()) return grants.status();
  for (const std::string& grant : *grants) {
    auto state = judgement.view.StateOf(grant);
    if (!state.ok()) return state.status();
    if ((*state)->Has("amount_ore")) return absl::OkStatus();
  }
  return MissingStep("no grant is decided in län " + std::string(subject.code) + " for " +
                         std::to_string(subject.year) + " (" +
                         std::string(judgement.regulation.requisition_source) + ")",
                     "grant_decided for a kommun of the län first");
}

absl::Status JudgeFundsPaid(const Judgement& judgement) {
  auto requisition = judgement.Own();
  if (!requisition.ok()) return requisition.status();
  const State& state = **requisition;
  bool is_requisitioned = false;
  state.ForEachElement("requisitions", [&](const std::vector<std::string_view>&, std::string_view,
                                           const FieldValue&) { is_requisitioned = true; });
  if (!is_requisitioned) {
    return MissingStep("län " + std::string(judgement.subject.code) +
                           " has requisitioned nothing for " +
                           std::to_string(judgement.subject.year) + " (" +
                           std::string(judgement.regulation.requisition_source) + ")",
                       "funds_requisitioned, in the county's log, first");
  }
  return CheckNotAbove({.before_ore = state.SumOf("payments", "amount_ore"),
                        .added_ore = judgement.event.funds_paid().amount_ore(),
                        .limit_ore = state.SumOf("requisitions", "amount_ore")},
                       "the payments", "what was requisitioned (förordning 2013:522, 9 §)");
}

}  // namespace

JudgeFn GrantRuleOf(int type) {
  switch (type) {
    case Data::kUtforareRegisteredFieldNumber:
      return JudgeUtforareRegistered;
    case Data::kVerksamhetSucceededFieldNumber:
      return JudgeVerksamhetSucceeded;
    case Data::kKommunAssignedFieldNumber:
      return JudgeKommunAssigned;
    case Data::kApplicationReceivedFieldNumber:
      return JudgeApplicationReceived;
    case Data::kApplicationRejectedFieldNumber:
      return JudgeApplicationRejected;
    case Data::kApplicationsSummedFieldNumber:
      return JudgeApplicationsSummed;
    case Data::kGrantRateSetFieldNumber:
      return JudgeGrantRateSet;
    case Data::kGrantRateForecastFieldNumber:
      return JudgeGrantRateForecast;
    case Data::kGrantDecidedFieldNumber:
      return JudgeGrantDecided;
    case Data::kGrantPaidFieldNumber:
      return JudgeGrantPaid;
    case Data::kFundsRequisitionedFieldNumber:
      return JudgeFundsRequisitioned;
    case Data::kFundsPaidFieldNumber:
      return JudgeFundsPaid;
    default:
      return nullptr;
  }
}

}  // namespace liggare::domain
