// Klienter, uppdrag and avvikelser (PO Värmland, erfarenhetsrapport 2025).
#include <string>
#include <vector>

#include "services/domain/table/report_figures.h"
#include "services/domain/table/table_compute.h"

namespace liggare::domain {

absl::StatusOr<TableBuilder> ComputeAvvikelser(StateView& view, const Scope& scope,
                                               const Published&) {
  absl::StatusOr<std::vector<ScopedState>> reports = ReportsOf(view, scope);
  if (!reports.ok()) return reports.status();
  TableBuilder table("avvikelser", "Klienter, uppdrag och avvikelser " + std::to_string(scope.year),
                     {{"antal", "Antal"}});
  struct Line {
    const char* id;
    const char* label;
    const char* pattern;
  };
  for (const Line& line :
       {Line{"klienter", "Klienter", "klienter"}, Line{"barn", "Klienter med barn", "barn"},
        Line{"uppdrag", "Uppdrag", "avvikelser.uppdrag"},
        Line{"avvikelser", "Avvikelser", "avvikelser.antal"}}) {
    table.AddRow(line.id, line.label);
    SetSum(table, line.id, "antal", *reports, {SubjectKind::kRapport, scope.year, line.pattern});
  }
  table.AddRow("uppdrag_per_klient", "Uppdrag per klient");
  const Fraction uppdrag = SumOver(*reports, "avvikelser.uppdrag");
  if (uppdrag.exists()) {
    table.Set("uppdrag_per_klient", "antal",
              {uppdrag.numerator, SumOver(*reports, "klienter").numerator}, CellStyle::kHundredths);
    for (const char* pattern : {"avvikelser.uppdrag", "klienter"}) {
      table.AddSource("uppdrag_per_klient", "antal", {SubjectKind::kRapport, scope.year, pattern});
    }
  }
  table.AddNote(SourceNote(scope.year));
  return table;
}

}  // namespace liggare::domain
