// The klienter of reports, added up.
#ifndef SERVICES_DOMAIN_RAPPORT_KLIENT_FIGURES_H_
#define SERVICES_DOMAIN_RAPPORT_KLIENT_FIGURES_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "services/domain/figure/heading.h"
#include "services/domain/state/state.h"

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

void AddFigures(const State& report, KlientFigures& figures);
KlientFigures FiguresOf(const State& report);

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_RAPPORT_KLIENT_FIGURES_H_
