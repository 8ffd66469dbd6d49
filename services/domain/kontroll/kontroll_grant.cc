// Kontroll of the grants: amount against posts × rate, and of each län the requisition
// against its decisions, and what it paid out against what it was paid.
#include <optional>
#include <string>
#include <vector>

#include "proto/name/node_path.h"
#include "services/domain/figure/figure.h"
#include "services/domain/figure/fraction.h"
#include "services/domain/kontroll/kontroll_parts.h"
#include "services/domain/place/kommun.h"
#include "services/domain/place/subject.h"
#include "services/domain/rapport/finding.h"
#include "services/domain/register/budget_figures.h"

namespace liggare::domain {
namespace {

constexpr char kAmountCode[] = "AMOUNT_NOT_POSTS_TIMES_RATE";

// A sum of money beside the posts that it pays for.
struct Grant {
  int64_t amount_ore = 0;
  int64_t posts_hundredths = 0;
  int64_t rate_ore = 0;
};

using Wide = __int128;

// Posts × rate, in hundredths of öre.
Wide Product(const Grant& grant) {
  return static_cast<Wide>(grant.posts_hundredths) * grant.rate_ore;
}

// Whether the amount is a whole krona or more from posts × rate: decisions are in
// whole kronor, so a smaller difference is rounding.
bool IsOff(const Grant& grant) {
  const Wide difference = static_cast<Wide>(grant.amount_ore) * 100 - Product(grant);
  return difference >= 100 * 100 || difference <= -100 * 100;
}

std::string ProductText(const Grant& grant) {
  const Wide rounded_ore = std::clamp<Wide>((Product(grant) + 50) / 100, -kSumMax, kSumMax);
  return SwedishKronor(static_cast<int64_t>(rounded_ore));
}

std::string Sentence(const std::string& who, const Grant& grant) {
  return who + " är " + SwedishKronor(grant.amount_ore) + " kr, men " +
         SwedishText({grant.posts_hundredths, 2}) + " årsanställningar à " +
         SwedishKronor(grant.rate_ore) + " kr ger " + ProductText(grant) + " kr.";
}

std::string KommunName(const std::string& kommunkod) {
  const Kommun* kommun = FindKommun(kommunkod);
  return kommun == nullptr ? kommunkod : std::string(kommun->name) + " (" + kommunkod + ")";
}

void CheckGrant(const ScopedState& scoped, int64_t rate_ore, std::vector<v1::Finding>& out) {
  const std::optional<int64_t> amount_ore = scoped.state->Number("amount_ore");
  const std::optional<int64_t> posts = scoped.state->Number("posts_hundredths");
  if (!amount_ore || !posts) return;
  const Grant grant{*amount_ore, *posts, rate_ore};
  if (!IsOff(grant)) return;
  out.push_back(MakeFinding(
      kAmountCode, {.subject = scoped.subject,
                    .fields = {"amount_ore", "posts_hundredths"},
                    .stated = SwedishKronor(grant.amount_ore),
                    .computed = ProductText(grant),
                    .sentence = Sentence("Bidraget till " + KommunName(scoped.about), grant)}));
}

// All that was paid to the counties, beside all posts.
void CheckNation(const NationFigures& nation, const GrantFigures& grants, int year,
                 std::vector<v1::Finding>& out) {
  const Grant grant{nation.funds_paid_ore, grants.posts_hundredths, *nation.rate_ore};
  if (nation.funds_paid_ore == 0 || grants.posts_hundredths == 0 || !IsOff(grant)) return;
  out.push_back(MakeFinding(
      kAmountCode,
      {.subject = AnslagSubject(year),
       .fields = {"poster[ombudstjanster].amount_ore", "rate_ore"},
       .stated = SwedishKronor(grant.amount_ore),
       .computed = ProductText(grant),
       .sentence = Sentence("Det som betalats till länen för " + std::to_string(year), grant)}));
}

// The money of a län in a year: asked for and received from Socialstyrelsen, decided for
// and paid to its kommuner. What a kommun gives back goes to Socialstyrelsen (förordning
// 2013:522, 15 §), never to the county, which can't pay it out again: it is not taken off.
struct CountyMoney {
  const Lan& lan;
  int year = 0;
  int64_t requisitioned_ore = 0;
  int64_t received_ore = 0;
  int64_t decided_ore = 0;
  int64_t paid_out_ore = 0;
};

absl::StatusOr<CountyMoney> CountyMoneyOf(StateView& view, const Lan& lan, int year) {
  auto requisition = view.StateOf(RekvisitionSubject(year, lan.lanskod));
  if (!requisition.ok()) return requisition.status();
  auto grants = GrantFiguresOf(view, {name::CountyPath(lan.lanskod), year});
  if (!grants.ok()) return grants.status();
  return CountyMoney{.lan = lan,
                     .year = year,
                     .requisitioned_ore = (*requisition)->SumOf("requisitions", "amount_ore"),
                     .received_ore = (*requisition)->SumOf("payments", "amount_ore"),
                     .decided_ore = grants->decided_ore,
                     .paid_out_ore = grants->paid_ore};
}

void CheckRequisition(const CountyMoney& money, std::vector<v1::Finding>& out) {
  if (money.requisitioned_ore == 0 || money.decided_ore == money.requisitioned_ore) return;
  out.push_back(
      MakeFinding("REQUISITION_DIFFERS",
                  {.subject = RekvisitionSubject(money.year, money.lan.lanskod),
                   .fields = {"requisitions"},
                   .stated = SwedishKronor(money.requisitioned_ore),
                   .computed = SwedishKronor(money.decided_ore),
                   .sentence = std::string(money.lan.name) + " har rekvirerat " +
                               SwedishKronor(money.requisitioned_ore) + " kr, men besluten för " +
                               std::to_string(money.year) + " är tillsammans " +
                               SwedishKronor(money.decided_ore) + " kr."}));
}

void CheckPaidOut(const CountyMoney& money, std::vector<v1::Finding>& out) {
  if (money.paid_out_ore <= money.received_ore) return;
  out.push_back(MakeFinding(
      "PAID_OUT_EXCEEDS_RECEIVED",
      {.subject = RekvisitionSubject(money.year, money.lan.lanskod),
       .fields = {"payments"},
       .stated = SwedishKronor(money.received_ore),
       .computed = SwedishKronor(money.paid_out_ore),
       .sentence = std::string(money.lan.name) + " har betalat " +
                   SwedishKronor(money.paid_out_ore) + " kr till kommunerna för " +
                   std::to_string(money.year) + ", men fått " + SwedishKronor(money.received_ore) +
                   " kr: " + SwedishKronor(money.paid_out_ore - money.received_ore) +
                   " kr mer än det fått."}));
}

absl::Status CheckCounties(StateView& view, const Scope& scope, std::vector<v1::Finding>& out) {
  if (!scope.IsNation() && !scope.IsLan()) return absl::OkStatus();
  for (const Lan& lan : AllLan()) {
    if (scope.IsLan() && lan.lanskod != scope.Lanskod()) continue;
    const absl::StatusOr<CountyMoney> money = CountyMoneyOf(view, lan, scope.year);
    if (!money.ok()) return money.status();
    CheckRequisition(*money, out);
    CheckPaidOut(*money, out);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status AddGrantFindings(StateView& view, const Scope& scope, std::vector<v1::Finding>& out) {
  absl::StatusOr<NationFigures> nation = NationFiguresOf(view, scope.year);
  if (!nation.ok()) return nation.status();
  if (nation->rate_ore) {
    absl::StatusOr<std::vector<ScopedState>> grants = GrantsOf(view, scope);
    if (!grants.ok()) return grants.status();
    for (const ScopedState& grant : *grants) CheckGrant(grant, *nation->rate_ore, out);
    absl::StatusOr<GrantFigures> figures = GrantFiguresOf(view, scope);
    if (!figures.ok()) return figures.status();
    if (scope.IsNation()) CheckNation(*nation, *figures, scope.year, out);
  }
  return CheckCounties(view, scope, out);
}

}  // namespace liggare::domain
