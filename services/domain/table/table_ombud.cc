// Kommuner with personligt ombud, posts and ombud, year by year (lägesrapporten, the
// text before table 2).
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "services/domain/figure/figure.h"
#include "services/domain/place/subject.h"
#include "services/domain/register/verksamhet.h"
#include "services/domain/table/report_figures.h"
#include "services/domain/table/table_compute.h"

namespace liggare::domain {
namespace {

constexpr int kYearsShown = 5;

int64_t KommunerIn(const std::vector<Verksamhet>& verksamheter, int year) {
  std::set<std::string> kommuner;
  for (const Verksamhet& verksamhet : verksamheter) {
    for (const AssignedKommun& kommun : verksamhet.kommuner) {
      if (Intersect(kommun.days, YearInterval(year))) kommuner.insert(kommun.kommunkod);
    }
  }
  return static_cast<int64_t>(kommuner.size());
}

// The share of women among the ombud of the reports that tell their number.
Fraction ShareOfWomen(const std::vector<ScopedState>& reports) {
  int64_t women = 0;
  int64_t persons = 0;
  for (const ScopedState& report : reports) {
    const auto kvinnor = report.state->Number("ombud.kvinnor");
    if (!kvinnor) continue;
    women = AddFigure(women, *kvinnor);
    persons = AddFigure(persons, report.state->Number("ombud.personer").value_or(0));
  }
  return {100 * women, persons};
}

absl::Status AddYear(StateView& view, const Scope& scope,
                     const std::vector<Verksamhet>& verksamheter, TableBuilder& table) {
  absl::StatusOr<std::vector<ScopedState>> reports = ReportsOf(view, scope);
  if (!reports.ok() || reports->empty()) return reports.status();
  const std::string row = std::to_string(scope.year);
  const auto source = [&](const char* pattern) {
    return CellSource{SubjectKind::kRapport, scope.year, pattern};
  };
  table.AddRow(row, row);
  table.Set(row, "kommuner", Count(KommunerIn(verksamheter, scope.year)), CellStyle::kCount);
  table.AddSource(row, "kommuner", {SubjectKind::kVerksamhet, scope.year, "kommuner"});
  SetSum(table, row, "heltid", *reports, source("ombud.heltid_hundredths"));
  SetSum(table, row, "personer", *reports, source("ombud.personer"));
  SetSum(table, row, "tjanster_i_bidraget", *reports,
         source("ombud.tjanster_i_bidraget_hundredths"));
  table.Set(row, "andel_kvinnor", ShareOfWomen(*reports), CellStyle::kPercent);
  table.AddSource(row, "andel_kvinnor", source("ombud.kvinnor"));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TableBuilder> ComputeOmbud(StateView& view, const Scope& scope, const Published&) {
  absl::StatusOr<std::vector<Verksamhet>> verksamheter = VerksamheterUnder(view, scope.path);
  if (!verksamheter.ok()) return verksamheter.status();
  TableBuilder table("ombud", "Kommuner med personligt ombud, tjänster och ombud per år",
                     {{"kommuner", "Kommuner med personligt ombud"},
                      {"heltid", "Heltidstjänster"},
                      {"personer", "Antal ombud"},
                      {"tjanster_i_bidraget", "Tjänster i bidraget"},
                      {"andel_kvinnor", "Andel kvinnor"}});
  for (int year = std::max(kYearMin, scope.year - kYearsShown + 1); year <= scope.year; ++year) {
    absl::Status status = AddYear(view, {scope.path, year}, *verksamheter, table);
    if (!status.ok()) return status;
  }
  table.AddNote(SourceNote(scope.year));
  return table;
}

}  // namespace liggare::domain
