// Whether the ombud have supervision (förordning 2013:522, 10 § 1).
#include <string>
#include <vector>

#include "services/domain/figure/heading.h"
#include "services/domain/table/report_figures.h"
#include "services/domain/table/table_compute.h"

namespace liggare::domain {

absl::StatusOr<TableBuilder> ComputeHandledning(StateView& view, const Scope& scope,
                                                const Published&) {
  absl::StatusOr<std::vector<ScopedState>> reports = ReportsOf(view, scope);
  if (!reports.ok()) return reports.status();
  int64_t known = 0;
  for (const ScopedState& report : *reports) {
    known += report.state->Has("handledning.svar") ? 1 : 0;
  }
  TableBuilder table("handledning", "Handledning för ombuden " + std::to_string(scope.year),
                     {{"verksamheter", "Antal verksamheter"}, {"andel", "Andel"}});
  for (const Heading& answer : HandledningHeadings()) {
    int64_t count = 0;
    for (const ScopedState& report : *reports) {
      count += report.state->Text("handledning.svar") == answer.id ? 1 : 0;
    }
    const std::string row(answer.id);
    table.AddRow(row, std::string(answer.label));
    table.Set(row, "verksamheter", Count(count), CellStyle::kCount);
    table.Set(row, "andel", {100 * count, known}, CellStyle::kPercent);
    for (const char* column : {"verksamheter", "andel"}) {
      table.AddSource(row, column, {SubjectKind::kRapport, scope.year, "handledning.svar"});
    }
  }
  table.AddNote(SourceNote(scope.year));
  return table;
}

}  // namespace liggare::domain
