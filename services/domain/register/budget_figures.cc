#include "services/domain/register/budget_figures.h"

#include <string>
#include <vector>

#include "services/domain/figure/figure.h"
#include "services/domain/place/subject.h"

namespace liggare::domain {

absl::StatusOr<NationFigures> NationFiguresOf(StateView& view, int year) {
  auto anslag = view.StateOf(AnslagSubject(year));
  if (!anslag.ok()) return anslag.status();
  NationFigures figures;
  figures.own_budget_ore = (*anslag)->Number("poster[socialstyrelsen].amount_ore");
  figures.grant_budget_ore = (*anslag)->Number("poster[ombudstjanster].amount_ore");
  figures.rate_ore = (*anslag)->Number("rate_ore");
  figures.own_cost_ore = (*anslag)->SumOf("own_costs", "amount_ore");
  figures.returned_ore = (*anslag)->SumOf("returned", "amount_ore");
  auto requisitions = StatesWithPrefix(view, "rekvisition/" + std::to_string(year) + "/");
  if (!requisitions.ok()) return requisitions.status();
  for (const ScopedState& requisition : *requisitions) {
    figures.funds_paid_ore =
        AddFigure(figures.funds_paid_ore, requisition.state->SumOf("payments", "amount_ore"));
  }
  return figures;
}

absl::StatusOr<GrantFigures> GrantFiguresOf(StateView& view, const Scope& scope) {
  absl::StatusOr<std::vector<ScopedState>> grants = GrantsOf(view, scope);
  if (!grants.ok()) return grants.status();
  GrantFigures figures;
  for (const ScopedState& grant : *grants) {
    const State& state = *grant.state;
    figures.posts_hundredths =
        AddFigure(figures.posts_hundredths, state.Number("posts_hundredths").value_or(0));
    figures.decided_ore = AddFigure(figures.decided_ore, state.Number("amount_ore").value_or(0));
    figures.paid_ore = AddFigure(figures.paid_ore, state.SumOf("payments", "amount_ore"));
  }
  return figures;
}

}  // namespace liggare::domain
