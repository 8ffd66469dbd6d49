// The klienter of a scope's reports, added up.
#ifndef SERVICES_DOMAIN_KLIENT_FIGURES_H_
#define SERVICES_DOMAIN_KLIENT_FIGURES_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "services/domain/scope.h"
#include "services/domain/state.h"

namespace liggare::domain {

// Columns by id: an age, or, of klienter with children, only the total.
struct KlientFigures {
  std::map<std::string, std::map<std::string, int64_t>> klienter;  // Kön, age.
  std::map<std::string, int64_t> barn;                             // Kön.

  int64_t Klienter(std::string_view kon) const;  // Of all ages.
  int64_t Barn(std::string_view kon) const;
  int64_t AllKlienter() const;
  int64_t AllBarn() const;
};

KlientFigures FiguresOf(const State& report);
KlientFigures FiguresOf(const std::vector<ScopedState>& reports);

// A value of Kon or Alder as the reports head it.
struct Heading {
  std::string_view id;  // Its token.
  std::string_view label;
};
// Män, Kvinnor, then annan könsidentitet: the order of the reports.
const std::vector<Heading>& KonHeadings();
// From the youngest, then those whose age is not known.
const std::vector<Heading>& AlderHeadings();

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_KLIENT_FIGURES_H_
