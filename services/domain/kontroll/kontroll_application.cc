// Kontroll of the applications: what a county says was applied for against the
// applications, and grants against what was applied for.
#include <string>
#include <vector>

#include "services/domain/figure/figure.h"
#include "services/domain/figure/fraction.h"
#include "services/domain/kontroll/kontroll_parts.h"
#include "services/domain/place/kommun.h"
#include "services/domain/place/subject.h"
#include "services/domain/rapport/finding.h"

namespace liggare::domain {
namespace {

std::string PostsText(int64_t hundredths) { return SwedishText({hundredths, 2}); }

absl::Status CheckSum(StateView& view, const Lan& lan, int year, std::vector<v1::Finding>& out) {
  const std::string subject = RekvisitionSubject(year, lan.lanskod);
  auto requisition = view.StateOf(subject);
  if (!requisition.ok()) return requisition.status();
  const auto stated = (*requisition)->Number("sokta.posts_hundredths");
  if (!stated) return absl::OkStatus();
  auto applications = StatesWithPrefix(view, AnsokanSubject(year, lan.lanskod));
  if (!applications.ok()) return applications.status();
  int64_t applied = 0;
  for (const ScopedState& application : *applications) {
    applied = AddFigure(applied, application.state->Number("posts_hundredths").value_or(0));
  }
  if (applied == *stated) return absl::OkStatus();
  out.push_back(
      MakeFinding("APPLICATIONS_DIFFER",
                  {.subject = subject,
                   .fields = {"sokta.posts_hundredths"},
                   .stated = PostsText(*stated),
                   .computed = PostsText(applied),
                   .sentence = std::string(lan.name) + " anger att " + PostsText(*stated) +
                               " årsanställningar har sökts, men ansökningarna är tillsammans " +
                               PostsText(applied) + "."}));
  return absl::OkStatus();
}

absl::Status CheckGrant(StateView& view, const ScopedState& grant, int year,
                        std::vector<v1::Finding>& out) {
  auto application = view.StateOf(AnsokanSubject(year, grant.about));
  if (!application.ok()) return application.status();
  const auto applied = (*application)->Number("posts_hundredths");
  const auto granted = grant.state->Number("posts_hundredths");
  if (!applied || !granted || *granted <= *applied) return absl::OkStatus();
  const Kommun* kommun = FindKommun(grant.about);
  out.push_back(MakeFinding(
      "GRANT_EXCEEDS_APPLICATION",
      {.subject = grant.subject,
       .fields = {"posts_hundredths"},
       .stated = PostsText(*granted),
       .computed = "högst " + PostsText(*applied),
       .sentence = std::string(kommun == nullptr ? grant.about : kommun->name) + " har beviljats " +
                   PostsText(*granted) + " årsanställningar, fler än de " + PostsText(*applied) +
                   " som söktes."}));
  return absl::OkStatus();
}

}  // namespace

absl::Status AddApplicationFindings(StateView& view, const Scope& scope,
                                    std::vector<v1::Finding>& out) {
  for (const Lan& lan : AllLan()) {
    const bool is_in_scope = scope.IsNation() || (scope.IsLan() && lan.lanskod == scope.Lanskod());
    if (!is_in_scope) continue;
    absl::Status status = CheckSum(view, lan, scope.year, out);
    if (!status.ok()) return status;
  }
  absl::StatusOr<std::vector<ScopedState>> grants = GrantsOf(view, scope);
  if (!grants.ok()) return grants.status();
  for (const ScopedState& grant : *grants) {
    absl::Status status = CheckGrant(view, grant, scope.year, out);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace liggare::domain
