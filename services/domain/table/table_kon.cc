// The shares of men and women in the age groups (lägesrapporten, the diagram after
// table 2).
#include <string>
#include <vector>

#include "services/domain/figure/heading.h"
#include "services/domain/table/report_figures.h"
#include "services/domain/table/table_compute.h"

namespace liggare::domain {

absl::StatusOr<TableBuilder> ComputeKon(StateView& view, const Scope& scope, const Published&) {
  absl::StatusOr<std::vector<ScopedState>> reports = ReportsOf(view, scope);
  if (!reports.ok()) return reports.status();
  std::vector<TableBuilder::Column> columns;
  for (const Heading& kon : KonHeadings()) {
    columns.push_back({std::string(kon.id), std::string(kon.label)});
  }
  TableBuilder table("kon",
                     "Andelen män och kvinnor i åldersgrupperna " + std::to_string(scope.year),
                     std::move(columns));
  for (const Heading& alder : AlderHeadings()) {
    const std::string row(alder.id);
    table.AddRow(row, std::string(alder.label));
    const Fraction all = SumOver(*reports, "klienter.*." + row);
    for (const Heading& kon : KonHeadings()) {
      const std::string pattern = "klienter." + std::string(kon.id) + "." + row;
      const Fraction part = SumOver(*reports, pattern);
      table.Set(row, kon.id, {100 * part.numerator, all.numerator}, CellStyle::kPercent);
      table.AddSource(row, kon.id, {SubjectKind::kRapport, scope.year, pattern});
    }
  }
  table.AddNote(SourceNote(scope.year));
  return table;
}

}  // namespace liggare::domain
