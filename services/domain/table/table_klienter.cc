#include <map>
#include <string>
#include <vector>

#include "services/domain/figure/figure.h"
#include "services/domain/rapport/klient_figures.h"
#include "services/domain/table/report_figures.h"
#include "services/domain/table/table_compute.h"

namespace liggare::domain {
namespace {

constexpr char kTotal[] = "totalt";

std::vector<TableBuilder::Column> Columns() {
  std::vector<TableBuilder::Column> columns;
  for (const Heading& alder : AlderHeadings()) {
    columns.push_back({std::string(alder.id), std::string(alder.label)});
  }
  columns.push_back({kTotal, "Totalt"});
  return columns;
}

void AddSource(TableBuilder& table, std::string_view kon, std::string_view alder, int year) {
  const auto key = [](std::string_view id) { return id == kTotal ? "*" : std::string(id); };
  table.AddSource(kon, alder,
                  {SubjectKind::kRapport, year, "klienter." + key(kon) + "." + key(alder)});
}

}  // namespace

absl::StatusOr<TableBuilder> ComputeKlienter(StateView& view, const Scope& scope,
                                             const Published&) {
  absl::StatusOr<std::vector<ScopedState>> reports = ReportsOf(view, scope);
  if (!reports.ok()) return reports.status();
  KlientFigures figures = KlientFiguresOf(*reports);
  const std::string year = std::to_string(scope.year);
  TableBuilder table("klienter", "Klienternas ålder och kön " + year, Columns());
  std::map<std::string_view, int64_t> by_alder;
  for (const Heading& kon : KonHeadings()) {
    table.AddRow(std::string(kon.id), std::string(kon.label));
    std::map<std::string, int64_t>& row = figures.klienter[std::string(kon.id)];
    for (const Heading& alder : AlderHeadings()) {
      const int64_t antal = row[std::string(alder.id)];
      by_alder[alder.id] = AddFigure(by_alder[alder.id], antal);
      table.Set(kon.id, alder.id, Count(antal), CellStyle::kCount);
      AddSource(table, kon.id, alder.id, scope.year);
    }
    table.Set(kon.id, kTotal, Count(figures.Klienter(kon.id)), CellStyle::kCount);
    AddSource(table, kon.id, kTotal, scope.year);
  }
  table.AddRow(kTotal, "Totalt");
  for (const auto& [alder, antal] : by_alder) {
    table.Set(kTotal, alder, Count(antal), CellStyle::kCount);
    AddSource(table, kTotal, alder, scope.year);
  }
  table.Set(kTotal, kTotal, Count(figures.AllKlienter()), CellStyle::kCount);
  AddSource(table, kTotal, kTotal, scope.year);
  table.AddNote("Källa: Kommunernas återrapporter " + year + ".");
  return table;
}

}  // namespace liggare::domain
