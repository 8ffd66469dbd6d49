// Ledningsgrupper: how many have every part of förordning 2013:522, 5 §, and which
// parts the others lack.
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "services/domain/figure/heading.h"
#include "services/domain/table/report_figures.h"
#include "services/domain/table/table_compute.h"

namespace liggare::domain {
namespace {

// Who must be represented; brukarorganisationer must only be offered a place.
constexpr std::array kRequired = std::to_array<std::string_view>(
    {"kommun", "primarvard", "psykiatri", "arbetsformedlingen", "forsakringskassan"});

std::string PartPath(std::string_view part) {
  return "ledningsgrupp.parter[" + std::string(part) + "].deltar";
}

// Nothing if the report says of no part whether it takes part.
std::optional<bool> IsComplete(const State& report) {
  bool is_known = false;
  bool is_complete = true;
  for (std::string_view part : kRequired) {
    const std::optional<bool> takes_part = report.Flag(PartPath(part));
    is_known |= takes_part.has_value();
    is_complete &= takes_part.value_or(false);
  }
  return is_known ? std::optional<bool>(is_complete) : std::nullopt;
}

void AddLine(TableBuilder& table, int year, const std::string& id, const std::string& label,
             Fraction share, const std::string& pattern) {
  table.AddRow(id, label);
  table.Set(id, "verksamheter", Count(share.numerator), CellStyle::kCount);
  table.Set(id, "andel", {100 * share.numerator, share.denominator}, CellStyle::kPercent);
  for (const char* column : {"verksamheter", "andel"}) {
    table.AddSource(id, column, {SubjectKind::kRapport, year, pattern});
  }
}

}  // namespace

absl::StatusOr<TableBuilder> ComputeLedningsgrupper(StateView& view, const Scope& scope,
                                                    const Published&) {
  absl::StatusOr<std::vector<ScopedState>> reports = ReportsOf(view, scope);
  if (!reports.ok()) return reports.status();
  int64_t complete = 0;
  int64_t known = 0;
  for (const ScopedState& report : *reports) {
    const std::optional<bool> is_complete = IsComplete(*report.state);
    known += is_complete.has_value() ? 1 : 0;
    complete += is_complete.value_or(false) ? 1 : 0;
  }
  TableBuilder table("ledningsgrupper", "Ledningsgrupper " + std::to_string(scope.year),
                     {{"verksamheter", "Antal verksamheter"}, {"andel", "Andel"}});
  const std::string parts = "ledningsgrupp.parter";
  AddLine(table, scope.year, "fulltaliga", "Fulltaliga", {complete, known}, parts);
  AddLine(table, scope.year, "ofullstandiga", "Inte fulltaliga", {known - complete, known}, parts);
  for (const Heading& part : SamverkanspartHeadings()) {
    int64_t missing = 0;
    for (const ScopedState& report : *reports) {
      missing += report.state->Flag(PartPath(part.id)) == false ? 1 : 0;
    }
    AddLine(table, scope.year, "saknar_" + std::string(part.id),
            "Saknar " + std::string(part.label), {missing, known},
            parts + "." + std::string(part.id));
  }
  table.AddNote("Uppgift finns från " + std::to_string(known) + " verksamheter av " +
                std::to_string(reports->size()) + ".");
  table.AddNote(SourceNote(scope.year));
  return table;
}

}  // namespace liggare::domain
