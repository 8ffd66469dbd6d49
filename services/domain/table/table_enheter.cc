// Klienter by unit and kön: of a city its units, of a län its verksamheter
// (Stockholms stads årsrapport).
#include <map>
#include <string>
#include <vector>

#include "proto/name/node_path.h"
#include "services/domain/figure/heading.h"
#include "services/domain/place/natural_order.h"
#include "services/domain/register/verksamhet.h"
#include "services/domain/table/report_figures.h"
#include "services/domain/table/table_compute.h"

namespace liggare::domain {
namespace {

// The next segment of `path` below the scope; the path's own last one if it is the
// scope itself.
std::string UnitOf(std::string_view path, std::string_view scope) {
  if (path == scope) return std::string(name::LastSegmentOf(path));
  const std::string_view below = path.substr(scope.size() + 1);
  return std::string(below.substr(0, below.find('/')));
}

std::map<std::string, std::string> NamesOf(const std::vector<Verksamhet>& verksamheter,
                                           std::string_view scope) {
  std::map<std::string, std::string> names;
  for (const Verksamhet& verksamhet : verksamheter) {
    const std::string unit = UnitOf(verksamhet.path, scope);
    const bool is_unit_itself = verksamhet.path == std::string(scope) + "/" + unit;
    if (is_unit_itself || verksamhet.path == scope) names[unit] = verksamhet.namn;
  }
  return names;
}

void SetRow(TableBuilder& table, const std::string& row, const std::vector<ScopedState>& reports,
            const Scope& of) {
  const auto set = [&](std::string_view column, const std::string& pattern) {
    table.Set(row, column, Count(SumOver(reports, pattern).numerator), CellStyle::kCount);
    table.AddSource(row, column, {SubjectKind::kRapport, of.year, pattern, of.path});
  };
  for (const Heading& kon : KonHeadings()) set(kon.id, "klienter." + std::string(kon.id));
  set("totalt", "klienter");
}

}  // namespace

absl::StatusOr<TableBuilder> ComputeEnheter(StateView& view, const Scope& scope, const Published&) {
  absl::StatusOr<std::vector<ScopedState>> reports = ReportsOf(view, scope);
  if (!reports.ok()) return reports.status();
  auto verksamheter = VerksamheterUnder(view, scope.path);
  if (!verksamheter.ok()) return verksamheter.status();
  std::vector<TableBuilder::Column> columns;
  for (const Heading& kon : KonHeadings()) {
    columns.push_back({std::string(kon.id), std::string(kon.label)});
  }
  columns.push_back({"totalt", "Totalt"});
  TableBuilder table("enheter", "Antal klienter per enhet " + std::to_string(scope.year),
                     std::move(columns));
  std::map<std::string, std::vector<ScopedState>, ByNumber> by_unit;
  for (const ScopedState& report : *reports) {
    by_unit[UnitOf(report.about, scope.path)].push_back(report);
  }
  std::map<std::string, std::string> names = NamesOf(*verksamheter, scope.path);
  for (const auto& [unit, of_unit] : by_unit) {
    const std::string& name = names[unit];
    table.AddRow(unit, name.empty() ? unit : name);
    const bool is_itself = of_unit.front().about == scope.path;
    SetRow(table, unit, of_unit, {is_itself ? scope.path : scope.path + "/" + unit, scope.year});
  }
  table.AddRow("totalt", "Totalt");
  SetRow(table, "totalt", *reports, scope);
  table.AddNote(SourceNote(scope.year));
  return table;
}

}  // namespace liggare::domain
