// Kontroll of the grants: amount against posts × rate, and the requisition of a
// län against its decisions.
#include <optional>
#include <string>
#include <vector>

#include "services/domain/budget_figures.h"
#include "services/domain/finding.h"
#include "services/domain/fraction.h"
#include "services/domain/kommun.h"
#include "services/domain/subject.h"

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
  const Wide rounded_ore = (Product(grant) + 50) / 100;
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

absl::Status CheckRequisition(StateView& view, const Lan& lan, int year,
                              std::vector<v1::Finding>& out) {
  const std::string subject = RekvisitionSubject(year, lan.lanskod);
  auto requisition = view.StateOf(subject);
  if (!requisition.ok()) return requisition.status();
  const int64_t requisitioned_ore = (*requisition)->SumOf("requisitions", "amount_ore");
  if (requisitioned_ore == 0) return absl::OkStatus();
  auto grants = StatesWithPrefix(view, BidragSubject(year, lan.lanskod));
  if (!grants.ok()) return grants.status();
  int64_t decided_ore = 0;
  for (const ScopedState& grant : *grants) {
    decided_ore += grant.state->Number("amount_ore").value_or(0);
  }
  if (decided_ore == requisitioned_ore) return absl::OkStatus();
  out.push_back(MakeFinding(
      "REQUISITION_DIFFERS",
      {.subject = subject,
       .fields = {"requisitions"},
       .stated = SwedishKronor(requisitioned_ore),
       .computed = SwedishKronor(decided_ore),
       .sentence = std::string(lan.name) + " har rekvirerat " + SwedishKronor(requisitioned_ore) +
                   " kr, men besluten för " + std::to_string(year) + " är tillsammans " +
                   SwedishKronor(decided_ore) + " kr."}));
  return absl::OkStatus();
}

absl::Status CheckRequisitions(StateView& view, const Scope& scope, std::vector<v1::Finding>& out) {
  if (!scope.IsNation() && !scope.IsLan()) return absl::OkStatus();
  for (const Lan& lan : AllLan()) {
    if (scope.IsLan() && lan.lanskod != scope.Lanskod()) continue;
    if (absl::Status status = CheckRequisition(view, lan, scope.year, out); !status.ok()) {
      return status;
    }
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
  return CheckRequisitions(view, scope, out);
}

}  // namespace liggare::domain
