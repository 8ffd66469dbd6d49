// The money of a year, added up: of the nation, and of a scope's kommuner.
#ifndef SERVICES_DOMAIN_REGISTER_BUDGET_FIGURES_H_
#define SERVICES_DOMAIN_REGISTER_BUDGET_FIGURES_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "services/domain/register/scope.h"
#include "services/domain/state/state_view.h"

namespace liggare::domain {

// What Socialstyrelsen decides, books and pays.
struct NationFigures {
  std::optional<int64_t> own_budget_ore;    // The lines of the appropriation;
  std::optional<int64_t> grant_budget_ore;  // nothing before it is set.
  std::optional<int64_t> rate_ore;          // Per årsanställning.
  int64_t own_cost_ore = 0;
  int64_t returned_ore = 0;    // Came back to the appropriation in the year.
  int64_t funds_paid_ore = 0;  // To the counties.
};
absl::StatusOr<NationFigures> NationFiguresOf(StateView& view, int year);

// What the counties decide and pay.
struct GrantFigures {
  int64_t posts_hundredths = 0;
  int64_t decided_ore = 0;
  int64_t paid_ore = 0;
};
absl::StatusOr<GrantFigures> GrantFiguresOf(StateView& view, const Scope& scope);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_REGISTER_BUDGET_FIGURES_H_
