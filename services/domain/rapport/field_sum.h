// Sums over fields of a state by pattern: what a figure in a total or in a text is
// compared with.
#ifndef SERVICES_DOMAIN_RAPPORT_FIELD_SUM_H_
#define SERVICES_DOMAIN_RAPPORT_FIELD_SUM_H_

#include <optional>
#include <string_view>

#include "proto/form/plan.h"
#include "services/domain/figure/fraction.h"
#include "services/domain/state/state.h"

namespace liggare::domain {

// Whether the path begins as the pattern (TEXT_FORM_FIELD_PATTERN) says; every path
// does as an empty one does.
bool MatchesPattern(std::string_view path, std::string_view pattern);

// The sum of the figures whose path begins so (TEXT_FORM_FIELD_PATTERN): names and
// keys with dots between them, * for any key.
//
//   klienter          klienter[man][18-29].antal + klienter[man][30-49].antal + …
//   klienter.*.18-29  klienter[man][18-29].antal + klienter[kvinna][18-29].antal + …
//   ekonomi.*.anvant_ore, ombud.personer
//
// In kronor and posts for amounts and hundredths. Nothing if no figure has such a
// path, or if those that have are of different fields (ekonomi alone).
std::optional<Fraction> FieldSum(const State& state, const form::MessagePlan& form,
                                 std::string_view pattern);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_RAPPORT_FIELD_SUM_H_
