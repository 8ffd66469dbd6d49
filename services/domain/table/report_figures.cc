#include "services/domain/table/report_figures.h"

#include "proto/form/plan.h"
#include "services/domain/figure/figure.h"
#include "services/domain/rapport/field_sum.h"

namespace liggare::domain {

Fraction SumOver(const std::vector<ScopedState>& reports, std::string_view pattern) {
  static const form::MessagePlan& form = form::PlanOf(*v1::ReportSubmitted::descriptor());
  Fraction sum;
  for (const ScopedState& report : reports) {
    const std::optional<Fraction> part = FieldSum(*report.state, form, pattern);
    if (!part) continue;
    sum = {AddFigure(sum.numerator, part->numerator), part->denominator};
  }
  return sum;
}

void SetSum(TableBuilder& table, const std::string& row, const std::string& column,
            const std::vector<ScopedState>& reports, const CellSource& source) {
  const Fraction sum = SumOver(reports, source.pattern);
  table.Set(row, column, sum, sum.denominator == 1 ? CellStyle::kCount : CellStyle::kHundredths);
  table.AddSource(row, column, source);
}

std::string MissingNote(std::string_view what, const std::vector<int>& years) {
  std::string note = std::string(what) + " saknas för ";
  for (size_t i = 0; i < years.size(); ++i) {
    if (i > 0) note += i + 1 == years.size() ? " och " : ", ";
    note += std::to_string(years[i]);
  }
  return note + ".";
}

std::string SourceNote(int year) {
  return "Källa: Kommunernas återrapporter " + std::to_string(year) + ".";
}

KlientFigures KlientFiguresOf(const std::vector<ScopedState>& reports) {
  KlientFigures figures;
  for (const ScopedState& report : reports) AddFigures(*report.state, figures);
  return figures;
}

}  // namespace liggare::domain
