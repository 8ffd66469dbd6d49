#include "services/domain/table/table_series.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "proto/error/error.h"
#include "services/domain/form/form_version.h"
#include "services/domain/place/subject.h"
#include "services/domain/table/report_figures.h"
#include "services/domain/table/table.h"

namespace liggare::domain {
namespace {

constexpr std::string_view kDash = "\u2013";
constexpr std::string_view kSourceMark = "Källa: ";
constexpr std::string_view kTotalRow = "totalt";

enum class SeriesRow { kOfTheYear, kTotal };

struct Series {
  std::string_view table;
  std::string_view title;
  SeriesRow row;
};
constexpr std::array kSeries = std::to_array<Series>({
    {"kommuner", "Kommuner och verksamheter", SeriesRow::kTotal},
    {"ombud", "Kommuner med personligt ombud, tjänster och ombud", SeriesRow::kOfTheYear},
    {"klienter", "Klienter efter ålder", SeriesRow::kTotal},
    {"barn", "Klienter som helt eller delvis bor med barn", SeriesRow::kOfTheYear},
});

// Columns whose headings name a year, and what they are called here; without a name
// they are left out, for another row has the figure.
struct Renamed {
  std::string_view column;
  std::string_view label;
};
constexpr std::array kRenamed = std::to_array<Renamed>({
    {"kommuner_i_lanet", ""},
    {"kommuner_med_po_foregaende", ""},
    {"kommuner_med_po", "Kommuner med personligt ombud"},
    {"forandring", "Förändring jämfört med året före"},
    {"verksamheter", "Antal verksamheter"},
});

const Series* FindSeries(std::string_view table) {
  const auto it = std::find_if(kSeries.begin(), kSeries.end(),
                               [table](const Series& series) { return series.table == table; });
  return it == kSeries.end() ? nullptr : &*it;
}

absl::Status NoSeries(std::string_view table) {
  std::string all;
  for (const Series& series : kSeries) {
    all += (all.empty() ? "one of " : ", ") + std::string(series.table);
  }
  return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                   {.message = "the table \"" + std::string(table) + "\" has no time series",
                    .field = "table",
                    .expected = all});
}

absl::Status CheckYears(int first_year, int last_year) {
  if (first_year >= kYearMin && first_year < last_year) return absl::OkStatus();
  return MakeError(
      v1::ERROR_CODE_INVALID_FIELD,
      {.message = "a time series can't begin in " + std::to_string(first_year),
       .field = "from_year",
       .expected = std::to_string(kYearMin) + " or later, before " + std::to_string(last_year)});
}

std::string LabelOf(const v1::TableColumn& column) {
  for (const Renamed& renamed : kRenamed) {
    if (renamed.column == column.id()) return std::string(renamed.label);
  }
  return column.label();
}

const v1::TableRow* RowOf(const v1::GetTableResponse& table, SeriesRow which, int year) {
  const std::string id =
      which == SeriesRow::kOfTheYear ? std::to_string(year) : std::string(kTotalRow);
  for (const v1::TableRow& row : table.rows()) {
    if (row.id() == id) return &row;
  }
  const bool has_one = which == SeriesRow::kTotal && table.rows_size() == 1;
  return has_one ? &table.rows(0) : nullptr;
}

// The columns of all years, each where it first stands: before those that follow it.
void AddColumns(const v1::GetTableResponse& of_year, v1::GetTableResponse& table) {
  int at = 0;
  for (const v1::TableColumn& column : of_year.columns()) {
    const std::string label = LabelOf(column);
    if (label.empty()) continue;
    const auto it = std::find_if(table.columns().begin(), table.columns().end(),
                                 [&](const auto& known) { return known.id() == column.id(); });
    if (it != table.columns().end()) {
      at = static_cast<int>(it - table.columns().begin()) + 1;
      continue;
    }
    v1::TableColumn& added = *table.add_columns();
    added.set_id(column.id());
    added.set_label(label);
    for (int i = table.columns_size() - 1; i > at; --i) {
      table.mutable_columns()->SwapElements(i, i - 1);
    }
    ++at;
  }
}

void AddRow(int year, const v1::TableRow* found, v1::GetTableResponse& table) {
  v1::TableRow& row = *table.add_rows();
  row.set_id(std::to_string(year));
  row.set_label(std::to_string(year));
  for (const v1::TableColumn& column : table.columns()) {
    v1::TableCell& cell = *row.add_cells();
    cell.set_column(column.id());
    if (found == nullptr) continue;
    for (const v1::TableCell& of_year : found->cells()) {
      if (of_year.column() == column.id()) cell = of_year;
    }
  }
}

// The notes of every year but its source, each once.
void AddNotes(const v1::GetTableResponse& of_year, v1::GetTableResponse& table) {
  for (const std::string& note : of_year.notes()) {
    if (note.rfind(kSourceMark, 0) == 0) continue;
    if (std::find(table.notes().begin(), table.notes().end(), note) != table.notes().end())
      continue;
    table.add_notes(note);
  }
}

std::string SourceOf(const v1::GetTableResponse& of_last_year, int first_year, int last_year) {
  for (std::string note : of_last_year.notes()) {
    if (note.rfind(kSourceMark, 0) != 0) continue;
    const std::string last = std::to_string(last_year);
    const size_t at = note.rfind(last);
    if (at != std::string::npos) {
      note.replace(at, last.size(), std::to_string(first_year) + std::string(kDash) + last);
    }
    return note;
  }
  return "";
}

std::string FormNote(int year) {
  return "Blanketten ändrades " + std::to_string(year) +
         ": den nationella blanketten frågar efter mer än de tidigare.";
}

struct YearTable {
  int year;
  bool has_figures;
  v1::GetTableResponse table;
};

absl::StatusOr<std::vector<YearTable>> TablesOf(StateView& view, const Series& series,
                                                const Scope& scope, int first_year,
                                                TableOfYear table_of) {
  std::vector<YearTable> tables;
  for (int year = first_year; year <= scope.year; ++year) {
    const Scope of_year{scope.path, year};
    absl::StatusOr<v1::GetTableResponse> table = table_of(of_year);
    if (!table.ok()) return table.status();
    const auto reports = ReportsOf(view, of_year);
    if (!reports.ok()) return reports.status();
    tables.push_back({year, !IsOfReports(series.table) || !reports->empty(), *std::move(table)});
  }
  return tables;
}

}  // namespace

absl::StatusOr<v1::GetTableResponse> ComputeSeries(StateView& view, std::string_view table,
                                                   const Scope& scope, int first_year,
                                                   TableOfYear table_of) {
  const Series* series = FindSeries(table);
  if (series == nullptr) return NoSeries(table);
  if (absl::Status status = CheckScope(scope); !status.ok()) return status;
  if (absl::Status status = CheckYears(first_year, scope.year); !status.ok()) return status;
  const auto tables = TablesOf(view, *series, scope, first_year, table_of);
  if (!tables.ok()) return tables.status();

  const v1::GetTableResponse& last = tables->back().table;
  v1::GetTableResponse answer;
  answer.set_table(last.table());
  answer.set_scope(last.scope());
  answer.set_scope_label(last.scope_label());
  answer.set_title(std::string(series->title) + ", " + std::to_string(first_year) +
                   std::string(kDash) + std::to_string(scope.year));
  for (const YearTable& one : *tables) AddColumns(one.table, answer);
  answer.add_notes(SourceOf(last, first_year, scope.year));
  std::vector<int> missing;
  for (const YearTable& one : *tables) {
    AddRow(one.year, one.has_figures ? RowOf(one.table, series->row, one.year) : nullptr, answer);
    if (!one.has_figures) missing.push_back(one.year);
    // A note on the first year's table may be about the year before it.
    if (one.has_figures && one.year > first_year) AddNotes(one.table, answer);
    if (one.year > first_year && one.year == kSecondFormFrom) {
      answer.add_notes(FormNote(one.year));
    }
  }
  if (!missing.empty()) answer.add_notes(MissingNote(kReports, missing));
  return answer;
}

}  // namespace liggare::domain
