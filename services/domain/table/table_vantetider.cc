// Queues and waiting times, in classes without gaps: from exact days, the median of
// each verksamhet.
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "services/domain/table/report_figures.h"
#include "services/domain/table/table_compute.h"

namespace liggare::domain {
namespace {

struct DayClass {
  std::string_view id;
  std::string_view label;
  int64_t first;
  int64_t last;
};
constexpr std::array kClasses = std::to_array<DayClass>({
    {"0-30", "Högst 30 dagar", 0, 30},
    {"31-60", "31–60 dagar", 31, 60},
    {"61-90", "61–90 dagar", 61, 90},
    {"91-180", "91–180 dagar", 91, 180},
    {"181-365", "181–365 dagar", 181, 365},
    {"366+", "Mer än 365 dagar", 366, INT64_MAX},
});
constexpr char kColumn[] = "verksamheter";

struct Counts {
  std::array<int64_t, kClasses.size()> by_class = {};
  int64_t with_queue = 0;
  int64_t without_queue = 0;
  int64_t unknown = 0;
  int64_t stopped = 0;
};

void Add(const State& report, Counts& counts) {
  const std::optional<bool> has_queue = report.Flag("ko.finns");
  ++(has_queue ? (*has_queue ? counts.with_queue : counts.without_queue) : counts.unknown);
  if (report.Flag("ko.intagningsstopp").value_or(false)) ++counts.stopped;
  const std::optional<int64_t> days = report.Number("ko.vantetid_median_dagar");
  if (!days) return;
  for (size_t i = 0; i < kClasses.size(); ++i) {
    if (*days >= kClasses[i].first && *days <= kClasses[i].last) ++counts.by_class[i];
  }
}

void AddLine(TableBuilder& table, int year, const std::string& id, const std::string& label,
             int64_t count, const char* pattern) {
  table.AddRow(id, label);
  table.Set(id, kColumn, Count(count), CellStyle::kCount);
  table.AddSource(id, kColumn, {SubjectKind::kRapport, year, pattern});
}

}  // namespace

absl::StatusOr<TableBuilder> ComputeVantetider(StateView& view, const Scope& scope,
                                               const Published&) {
  absl::StatusOr<std::vector<ScopedState>> reports = ReportsOf(view, scope);
  if (!reports.ok()) return reports.status();
  Counts counts;
  for (const ScopedState& report : *reports) Add(*report.state, counts);
  TableBuilder table("vantetider", "Kö och väntetid " + std::to_string(scope.year),
                     {{kColumn, "Antal verksamheter"}});
  AddLine(table, scope.year, "ko", "Har kö", counts.with_queue, "ko.finns");
  for (size_t i = 0; i < kClasses.size(); ++i) {
    AddLine(table, scope.year, std::string(kClasses[i].id), std::string(kClasses[i].label),
            counts.by_class[i], "ko.vantetid_median_dagar");
  }
  AddLine(table, scope.year, "intagningsstopp", "Intagningsstopp under året", counts.stopped,
          "ko.intagningsstopp");
  AddLine(table, scope.year, "ingen_ko", "Ingen kö", counts.without_queue, "ko.finns");
  AddLine(table, scope.year, "uppgift_saknas", "Uppgift saknas", counts.unknown, "ko.finns");
  table.AddNote(SourceNote(scope.year));
  table.AddNote(
      "Väntetid är antalet dagar från första kontakt till ombud, medianen i verksamheten.");
  return table;
}

}  // namespace liggare::domain
