// The order of priority: in how many verksamheter a group has which rank.
#include <string>
#include <vector>

#include "services/domain/figure/heading.h"
#include "services/domain/table/report_figures.h"
#include "services/domain/table/table_compute.h"

namespace liggare::domain {
namespace {

constexpr int kRanksShown = 3;

int64_t CountRank(const std::vector<ScopedState>& reports, const std::string& path, int64_t rank) {
  int64_t count = 0;
  for (const ScopedState& report : reports) count += report.state->Number(path) == rank ? 1 : 0;
  return count;
}

int64_t CountAnswer(const std::vector<ScopedState>& reports, bool answer) {
  int64_t count = 0;
  for (const ScopedState& report : reports) {
    count += report.state->Flag("prioritering.finns") == answer ? 1 : 0;
  }
  return count;
}

}  // namespace

absl::StatusOr<TableBuilder> ComputePrioritering(StateView& view, const Scope& scope,
                                                 const Published&) {
  absl::StatusOr<std::vector<ScopedState>> reports = ReportsOf(view, scope);
  if (!reports.ok()) return reports.status();
  std::vector<TableBuilder::Column> columns;
  for (int rank = 1; rank <= kRanksShown; ++rank) {
    columns.push_back({"rang_" + std::to_string(rank), "Prioritet " + std::to_string(rank)});
  }
  TableBuilder table("prioritering", "Prioriterade grupper " + std::to_string(scope.year),
                     std::move(columns));
  for (const Heading& group : KlientgruppHeadings()) {
    const std::string row(group.id);
    table.AddRow(row, std::string(group.label));
    for (int rank = 1; rank <= kRanksShown; ++rank) {
      const std::string column = "rang_" + std::to_string(rank);
      table.Set(row, column,
                Count(CountRank(*reports, "prioritering.grupper[" + row + "].rang", rank)),
                CellStyle::kCount);
      table.AddSource(row, column,
                      {SubjectKind::kRapport, scope.year, "prioritering.grupper." + row});
    }
  }
  table.AddNote(
      "Verksamheter med prioriteringsordning: " + std::to_string(CountAnswer(*reports, true)) +
      "; utan: " + std::to_string(CountAnswer(*reports, false)) + ".");
  table.AddNote(SourceNote(scope.year));
  return table;
}

}  // namespace liggare::domain
