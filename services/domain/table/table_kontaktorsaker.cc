// Why klienter came (Stockholms stads årsrapport 2024; the lägesrapport gives shares).
#include <string>
#include <vector>

#include "services/domain/figure/heading.h"
#include "services/domain/table/report_figures.h"
#include "services/domain/table/table_compute.h"

namespace liggare::domain {

absl::StatusOr<TableBuilder> ComputeKontaktorsaker(StateView& view, const Scope& scope,
                                                   const Published&) {
  absl::StatusOr<std::vector<ScopedState>> reports = ReportsOf(view, scope);
  if (!reports.ok()) return reports.status();
  std::vector<TableBuilder::Column> columns;
  for (const Heading& kon : KonHeadings()) {
    columns.push_back({std::string(kon.id), std::string(kon.label)});
  }
  columns.push_back({"totalt", "Totalt"});
  columns.push_back({"andel", "Andel av klienterna"});
  TableBuilder table("kontaktorsaker", "Vanligaste kontaktorsaker " + std::to_string(scope.year),
                     std::move(columns));
  const Fraction klienter = SumOver(*reports, "klienter");
  for (const Heading& orsak : KontaktorsakHeadings()) {
    const std::string row(orsak.id);
    const auto source = [&](const std::string& kon) {
      return CellSource{SubjectKind::kRapport, scope.year,
                        "kontaktorsaker." + row + (kon.empty() ? "" : "." + kon)};
    };
    table.AddRow(row, std::string(orsak.label));
    for (const Heading& kon : KonHeadings()) {
      SetSum(table, row, std::string(kon.id), *reports, source(std::string(kon.id)));
    }
    SetSum(table, row, "totalt", *reports, source(""));
    const Fraction all = SumOver(*reports, "kontaktorsaker." + row);
    if (all.exists()) {
      table.Set(row, "andel", {100 * all.numerator, klienter.numerator}, CellStyle::kPercent);
      table.AddSource(row, "andel", source(""));
    }
  }
  table.AddNote(SourceNote(scope.year));
  table.AddNote("En klient kan ha flera kontaktorsaker.");
  return table;
}

}  // namespace liggare::domain
