// Kontroll of the reports: what is wrong in one itself (report_kontroll.h), and the
// money accounted for against what was paid.
#include <string>
#include <vector>

#include "proto/name/node_path.h"
#include "services/domain/figure/figure.h"
#include "services/domain/figure/fraction.h"
#include "services/domain/kontroll/kontroll_parts.h"
#include "services/domain/place/kommun.h"
#include "services/domain/place/subject.h"
#include "services/domain/rapport/finding.h"
#include "services/domain/register/verksamhet.h"
#include "services/domain/state/state_proto.h"

namespace liggare::domain {
namespace {

// What the fold has found in the report itself.
void AddOwn(const ScopedState& report, std::vector<v1::Finding>& out) {
  for (const auto& [id, known] : report.state->findings) {
    v1::Finding& finding = out.emplace_back(known.finding);
    *finding.mutable_opened_by() = EventRefOf(*report.state, known.opened_by);
    if (!known.corrected_by) continue;
    finding.set_status(v1::FINDING_STATUS_CORRECTED);
    *finding.mutable_corrected_by() = EventRefOf(*report.state, *known.corrected_by);
  }
}

// What a report says of one kommun's money.
struct Account {
  std::string kommunkod;
  std::string name;
  int64_t accounted_ore = 0;  // Used and unused together.
};

std::vector<Account> AccountsOf(const State& report) {
  std::vector<Account> accounts;
  report.ForEachElement("ekonomi", [&](const std::vector<std::string_view>& keys, std::string_view,
                                       const FieldValue& value) {
    const auto* amount_ore = std::get_if<int64_t>(&value);
    if (keys.size() != 1 || amount_ore == nullptr) return;
    if (accounts.empty() || accounts.back().kommunkod != keys[0]) {
      const Kommun* kommun = FindKommun(keys[0]);
      accounts.push_back(
          {std::string(keys[0]), std::string(kommun == nullptr ? keys[0] : kommun->name), 0});
    }
    int64_t& accounted_ore = accounts.back().accounted_ore;
    accounted_ore = AddFigure(accounted_ore, *amount_ore);
  });
  return accounts;
}

absl::Status CheckPaid(StateView& view, const ScopedState& report, int year, const Account& account,
                       std::vector<v1::Finding>& out) {
  // Whoever holds no decision of the län can't say what was paid.
  auto known = view.ListSubjects(BidragSubject(year, account.kommunkod.substr(0, 2)));
  if (!known.ok()) return known.status();
  if (known->empty()) return absl::OkStatus();
  auto grant = view.StateOf(BidragSubject(year, account.kommunkod));
  if (!grant.ok()) return grant.status();
  const int64_t paid_ore = (*grant)->SumOf("payments", "amount_ore");
  if (paid_ore == account.accounted_ore) return absl::OkStatus();
  out.push_back(MakeFinding(
      "ECONOMY_DIFFERS",
      {.subject = report.subject,
       .fields = {"ekonomi[" + account.kommunkod + "].anvant_ore",
                  "ekonomi[" + account.kommunkod + "].oanvant_ore"},
       .stated = SwedishKronor(account.accounted_ore),
       .computed = SwedishKronor(paid_ore),
       .sentence = account.name + " (" + account.kommunkod + "): använda och oanvända medel är " +
                   "tillsammans " + SwedishKronor(account.accounted_ore) + " kr, men utbetalt är " +
                   SwedishKronor(paid_ore) + " kr."}));
  return absl::OkStatus();
}

absl::Status CheckAssigned(StateView& view, const ScopedState& report, int year,
                           const std::vector<Account>& accounts, std::vector<v1::Finding>& out) {
  auto verksamheter = VerksamheterUnder(view, name::CountyPathOf(report.about));
  if (!verksamheter.ok()) return verksamheter.status();
  const Verksamhet* own = nullptr;
  bool knows_assignments = false;
  for (const Verksamhet& verksamhet : *verksamheter) {
    if (!verksamhet.kommuner.empty()) knows_assignments = true;
    if (verksamhet.path == report.about) own = &verksamhet;
  }
  if (!knows_assignments) return absl::OkStatus();  // The county's log isn't held here.
  for (const Account& account : accounts) {
    const AssignedKommun* assigned =
        own == nullptr ? nullptr : own->AssignedIn(account.kommunkod, year);
    if (assigned != nullptr && assigned->redovisar_ekonomi) continue;
    out.push_back(MakeFinding(
        "ECONOMY_NOT_ASSIGNED",
        {.subject = report.subject,
         .fields = {"ekonomi[" + account.kommunkod + "]"},
         .stated = account.kommunkod,
         .computed = "",
         .sentence = report.about + " redovisar medel för " + account.name + " (" +
                     account.kommunkod + ") utan att länsstyrelsen har gett den uppgiften."}));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status AddReportFindings(StateView& view, const Scope& scope, std::vector<v1::Finding>& out) {
  absl::StatusOr<std::vector<ScopedState>> reports = ReportsOf(view, scope);
  if (!reports.ok()) return reports.status();
  for (const ScopedState& report : *reports) {
    AddOwn(report, out);
    const std::vector<Account> accounts = AccountsOf(*report.state);
    for (const Account& account : accounts) {
      absl::Status status = CheckPaid(view, report, scope.year, account, out);
      if (!status.ok()) return status;
    }
    absl::Status status = CheckAssigned(view, report, scope.year, accounts, out);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace liggare::domain
