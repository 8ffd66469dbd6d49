// Utförare other than the kommun itself (lägesrapporten, tabell 4).
#include <algorithm>
#include <string>
#include <vector>

#include "proto/name/node_path.h"
#include "services/domain/figure/heading.h"
#include "services/domain/place/kommun.h"
#include "services/domain/register/verksamhet.h"
#include "services/domain/table/report_figures.h"
#include "services/domain/table/table_compute.h"

namespace liggare::domain {
namespace {

// Table rows have tokens for ids.
std::string RowId(const std::string& path, const Utforare& utforare) {
  std::string id = path + "_" + FormatDate(utforare.days.first);
  std::replace(id.begin(), id.end(), '/', '_');
  return id;
}

void AddRow(TableBuilder& table, const Verksamhet& verksamhet, const Utforare& utforare, int year) {
  const std::string row = RowId(verksamhet.path, utforare);
  const Lan* lan = FindLan(name::LanskodOf(verksamhet.path));
  const auto kommuner = std::count_if(
      verksamhet.kommuner.begin(), verksamhet.kommuner.end(),
      [year](const AssignedKommun& kommun) { return Intersect(kommun.days, YearInterval(year)); });
  table.AddRow(row, utforare.namn);
  table.SetText(row, "organisation",
                std::string(LabelOf(DriftsformHeadings(), utforare.driftsform)));
  table.SetText(row, "lan", lan == nullptr ? "" : std::string(lan->short_name));
  table.Set(row, "kommuner", Count(kommuner), CellStyle::kCount);
  for (const char* column : {"organisation", "kommuner"}) {
    table.AddSource(row, column, {SubjectKind::kVerksamhet, year, "", verksamhet.path});
  }
}

}  // namespace

absl::StatusOr<TableBuilder> ComputeUtforare(StateView& view, const Scope& scope,
                                             const Published&) {
  absl::StatusOr<std::vector<Verksamhet>> verksamheter = VerksamheterUnder(view, scope.path);
  if (!verksamheter.ok()) return verksamheter.status();
  TableBuilder table("utforare", "Övriga utförare " + std::to_string(scope.year),
                     {{"organisation", "Organisation"}, {"lan", "Län"}, {"kommuner", "Kommuner"}});
  for (const Verksamhet& verksamhet : *verksamheter) {
    for (const Utforare& utforare : verksamhet.utforare) {
      const bool is_kommun = utforare.driftsform == "kommunal_regi";
      if (is_kommun || !Intersect(utforare.days, YearInterval(scope.year))) continue;
      AddRow(table, verksamhet, utforare, scope.year);
    }
  }
  table.AddNote(SourceNote(scope.year));
  return table;
}

}  // namespace liggare::domain
