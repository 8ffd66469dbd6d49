#include "services/domain/rapport/klient_figures.h"

#include "services/domain/figure/figure.h"

namespace liggare::domain {
void AddFigures(const State& report, KlientFigures& figures) {
  report.ForEachElement("klienter", [&](const std::vector<std::string_view>& keys,
                                        std::string_view name, const FieldValue& value) {
    const auto* number = std::get_if<int64_t>(&value);
    if (keys.size() != 2 || name != "antal" || number == nullptr) return;
    int64_t& sum = figures.klienter[std::string(keys[0])][std::string(keys[1])];
    sum = AddFigure(sum, *number);
  });
  report.ForEachElement("barn", [&](const std::vector<std::string_view>& keys,
                                    std::string_view name, const FieldValue& value) {
    const auto* number = std::get_if<int64_t>(&value);
    if (keys.size() != 1 || name != "antal" || number == nullptr) return;
    int64_t& sum = figures.barn[std::string(keys[0])];
    sum = AddFigure(sum, *number);
  });
}

int64_t KlientFigures::Klienter(std::string_view kon) const {
  int64_t sum = 0;
  auto it = klienter.find(std::string(kon));
  if (it == klienter.end()) return 0;
  for (const auto& [alder, antal] : it->second) sum = AddFigure(sum, antal);
  return sum;
}

int64_t KlientFigures::Barn(std::string_view kon) const {
  auto it = barn.find(std::string(kon));
  return it == barn.end() ? 0 : it->second;
}

int64_t KlientFigures::AllKlienter() const {
  int64_t sum = 0;
  for (const auto& [kon, by_alder] : klienter) sum = AddFigure(sum, Klienter(kon));
  return sum;
}

int64_t KlientFigures::AllBarn() const {
  int64_t sum = 0;
  for (const auto& [kon, antal] : barn) sum = AddFigure(sum, antal);
  return sum;
}

KlientFigures FiguresOf(const State& report) {
  KlientFigures figures;
  AddFigures(report, figures);
  return figures;
}

}  // namespace liggare::domain
