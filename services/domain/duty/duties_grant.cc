// What kommuner and counties are to hand in: applications (förordning 2013:522, 8 §;
// HSLF-FS 2016:98, 2 §) and the counties' accounts (12 §).
#include <set>
#include <string>
#include <vector>

#include "proto/name/node_path.h"
#include "services/domain/duty/duty.h"
#include "services/domain/law/regulation.h"
#include "services/domain/place/kommun.h"
#include "services/domain/place/subject.h"
#include "services/domain/register/verksamhet.h"

namespace liggare::domain {
namespace {

// Those that have applied, and those that had a grant the year before.
absl::StatusOr<std::set<std::string>> Applicants(const DutyQuestion& question) {
  const Scope& scope = question.scope;
  std::set<std::string> kommunkoder;
  for (const std::string& prefix : {AnsokanSubject(scope.year, scope.Lanskod()),
                                    BidragSubject(scope.year - 1, scope.Lanskod())}) {
    auto states = StatesWithPrefix(question.sources.view, prefix);
    if (!states.ok()) return states.status();
    for (const ScopedState& scoped : *states) {
      if (scoped.state->Has("posts_hundredths")) kommunkoder.insert(scoped.about);
    }
  }
  return kommunkoder;
}

// The day that the county has noted, or else when it recorded the application.
absl::StatusOr<Coming> ComingOfApplication(const DutyQuestion& question,
                                           const std::string& kommunkod, const State& state) {
  const auto day = state.Text("received_on");
  if (day) return Coming{.is_recorded = true, .received_on = ParseDate(*day)};
  const auto receipt = FirstReceiptOf(question.sources, name::CountyPath(kommunkod.substr(0, 2)),
                                      state, v1::EventData::kApplicationReceivedFieldNumber);
  if (!receipt.ok()) return receipt.status();
  return ComingOf(*receipt);
}

absl::Status AddApplications(const DutyQuestion& question, v1::ListDutiesResponse& out) {
  const int year = question.scope.year;
  const auto applicants = Applicants(question);
  if (!applicants.ok()) return applicants.status();
  for (const std::string& kommunkod : *applicants) {
    const std::string subject = AnsokanSubject(year, kommunkod);
    const auto state = question.sources.view.StateOf(subject);
    if (!state.ok()) return state.status();
    const auto coming = ComingOfApplication(question, kommunkod, **state);
    if (!coming.ok()) return coming.status();
    const Kommun* kommun = FindKommun(kommunkod);
    *out.add_duties() = MakeDuty({.kind = v1::DUTY_KIND_APPLICATION,
                                  .subject = subject,
                                  .vem = kommunkod,
                                  .namn = std::string(kommun == nullptr ? kommunkod : kommun->name),
                                  .due_on = DueOn(Step::kApplication, year),
                                  .source = SourceOf(Step::kApplication, year)},
                                 *coming, question.on);
  }
  return absl::OkStatus();
}

// Whether the county has anything to account for.
absl::StatusOr<bool> IsInvolved(StateView& view, const Lan& lan, int year) {
  const auto grants = view.ListSubjects(BidragSubject(year, lan.lanskod));
  if (!grants.ok()) return grants.status();
  if (!grants->empty()) return true;
  const auto verksamheter = VerksamheterUnder(view, name::CountyPath(lan.lanskod));
  if (!verksamheter.ok()) return verksamheter.status();
  for (const Verksamhet& verksamhet : *verksamheter) {
    if (verksamhet.IsRegisteredIn(year)) return true;
  }
  return false;
}

absl::Status AddAccount(const DutyQuestion& question, const Lan& lan, v1::ListDutiesResponse& out) {
  const int year = question.scope.year;
  StateView& view = question.sources.view;
  const std::string subject = LansrapportSubject(year, lan.lanskod);
  const auto account = view.StateOf(subject);
  if (!account.ok()) return account.status();
  const auto receipt = FirstReceiptOf(question.sources, name::kNationPath, **account,
                                      v1::EventData::kCountyAccountSubmittedFieldNumber);
  if (!receipt.ok()) return receipt.status();
  const std::string path = name::CountyPath(lan.lanskod);
  auto namn = NameOfNode(view, path);
  if (!namn.ok()) return namn.status();
  if (*namn == path) *namn = "Länsstyrelsen, " + std::string(lan.name);
  *out.add_duties() = MakeDuty({.kind = v1::DUTY_KIND_COUNTY_ACCOUNT,
                                .subject = subject,
                                .vem = path,
                                .namn = *namn,
                                .due_on = DueOn(Step::kCountyAccount, year),
                                .source = SourceOf(Step::kCountyAccount, year)},
                               ComingOf(*receipt), question.on);
  return absl::OkStatus();
}

}  // namespace

absl::Status AddGrantDuties(const DutyQuestion& question, v1::ListDutiesResponse& out) {
  const Scope& scope = question.scope;
  if (!scope.IsNation() && !scope.IsLan()) return absl::OkStatus();
  if (absl::Status status = AddApplications(question, out); !status.ok()) return status;
  for (const Lan& lan : AllLan()) {
    if (scope.IsLan() && lan.lanskod != scope.Lanskod()) continue;
    const auto is_involved = IsInvolved(question.sources.view, lan, scope.year);
    if (!is_involved.ok()) return is_involved.status();
    if (!*is_involved) continue;
    if (absl::Status status = AddAccount(question, lan, out); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace liggare::domain
