#include "services/presentation/report_outline.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

#include "services/domain/place/table_id.h"

namespace liggare::presentation {
namespace {

constexpr std::string_view kKlienter = "Klienter som sökte stöd hos ombuden";
constexpr std::string_view kBesides = "Tabeller utöver lägesrapporten";

constexpr std::array kOutline = std::to_array<OutlineEntry>({
    {"budget", "Tabell 7", "", "Statsbidragets fördelning och utfall"},
    {"kommuner", "Tabell 1", "", "Kommuner med personligt ombud"},
    {"ombud", "", "", "Antalet ombud"},
    {"handledning", "", "", "Kompetensförsörjning"},
    {"klienter", "Tabell 2", "", kKlienter, true},
    {"kon", "", "", kKlienter},
    {"barn", "Tabell 3", "", "Klienter som har minderåriga barn boende hos sig"},
    {"kontaktorsaker", "Diagram 1", "Orsaker till att klienter tar kontakt",
     "Klienternas kontaktorsaker"},
    {"vantetider", "", "", "Verksamheter med väntetider", true},
    {"prioritering", "", "", "Prioritering vid kö- eller väntetider"},
    {"utforare", "Tabell 4", "Övriga utförare av verksamheten med personliga ombud",
     "De flesta verksamheterna drivs av kommuner"},
    {"ledningsgrupper", "", "", "Verksamheterna och ledningsgrupper"},
    {"brister", "", "", "Brister som verksamheterna identifierat under året"},
    {"avvikelser", "", "", kBesides},
    {"enheter", "", "", kBesides},
});
// A table without a place in the report does not compile.
static_assert(std::ranges::equal(kOutline, domain::kTableIds, {}, &OutlineEntry::table));

// How the report heads what has become more, fewer, or neither.
struct TrendHeading {
  std::string_view table;
  std::string_view row;  // Empty: the row of the year.
  std::string_view column;
  std::string_view more;
  std::string_view fewer;
  std::string_view as_many;
};
constexpr std::array kTrends = std::to_array<TrendHeading>({
    {"ombud", "", "heltid", "Antalet ombud ökar", "Antalet ombud minskar",
     "Antalet ombud är oförändrat"},
    {"klienter", "totalt", "totalt", "Fler klienter sökte stöd hos ombuden",
     "Färre klienter sökte stöd hos ombuden", "Lika många klienter sökte stöd hos ombuden"},
    {"barn", "", "totalt", "Fler klienter har minderåriga barn boende hos sig",
     "Färre klienter har minderåriga barn boende hos sig",
     "Lika många klienter har minderåriga barn boende hos sig"},
    {"vantetider", "ko", "verksamheter", "Fler verksamheter hade väntetider",
     "Färre verksamheter hade väntetider", "Lika många verksamheter hade väntetider"},
});

const v1::TableCell* FindCell(const v1::GetTableResponse& table, std::string_view row,
                              std::string_view column) {
  for (const v1::TableRow& candidate : table.rows()) {
    for (const v1::TableCell& cell : candidate.cells()) {
      if (candidate.id() == row && cell.column() == column) return &cell;
    }
  }
  return nullptr;
}

// A figure that is there and not 0: a year without reports tells nothing.
std::optional<int64_t> FigureIn(const v1::GetTableResponse& table, std::string_view row,
                                std::string_view column) {
  const v1::TableCell* cell = FindCell(table, row, column);
  if (cell == nullptr || cell->denominator() == 0 || cell->numerator() == 0) return std::nullopt;
  return cell->numerator();
}

std::optional<int64_t> FigureIn(const TablesById& tables, const TrendHeading& trend,
                                std::string_view row) {
  const auto table = tables.find(trend.table);
  if (table == tables.end()) return std::nullopt;
  return FigureIn(table->second, row, trend.column);
}

bool IsYear(const std::string& id) {
  return id.size() == 4 && id.find_first_not_of("0123456789") == std::string::npos;
}

// The last year in the table's rows, and the one before it.
struct Years {
  std::string now;
  std::string before;
};
Years YearsIn(const v1::GetTableResponse& table) {
  Years years;
  for (const v1::TableRow& row : table.rows()) {
    if (IsYear(row.id())) years.now = std::max(years.now, row.id());
  }
  if (!years.now.empty()) years.before = std::to_string(std::atoi(years.now.c_str()) - 1);
  return years;
}

std::string TrendText(const OutlineEntry& entry, const TrendHeading& trend,
                      const TablesById& tables, const TablesById& before) {
  const Years years = YearsIn(tables.at(std::string(trend.table)));
  const bool by_year = trend.row.empty();
  const auto now = FigureIn(tables, trend, by_year ? years.now : trend.row);
  const auto then =
      by_year ? FigureIn(tables, trend, years.before) : FigureIn(before, trend, trend.row);
  if (!now || !then) return std::string(entry.heading);
  return std::string(*now > *then ? trend.more : *now < *then ? trend.fewer : trend.as_many);
}

std::string KommunerHeading(const OutlineEntry& entry, const v1::GetTableResponse& table) {
  const v1::TableCell* cell = FindCell(table, "totalt", "kommuner_med_po");
  if (cell == nullptr || cell->text().empty()) return std::string(entry.heading);
  return "Det finns personligt ombud i " + cell->text() + " kommuner";
}

// The report names the reason that most have.
std::string KontaktorsakHeading(const OutlineEntry& entry, const v1::GetTableResponse& table) {
  std::string most;
  int64_t most_klienter = 0;
  for (const v1::TableRow& row : table.rows()) {
    const int64_t klienter = FigureIn(table, row.id(), "totalt").value_or(0);
    if (klienter <= most_klienter) continue;
    most = row.id();
    most_klienter = klienter;
  }
  return most == "myndigheter" ? "Klienterna behöver ha stöd i kontakter med myndigheter"
                               : std::string(entry.heading);
}

}  // namespace

std::span<const OutlineEntry> ReportOutline() { return kOutline; }

std::string HeadingOf(const OutlineEntry& entry, const TablesById& tables,
                      const TablesById& before) {
  const auto table = tables.find(entry.table);
  if (table == tables.end()) return std::string(entry.heading);
  if (entry.table == "kommuner") return KommunerHeading(entry, table->second);
  if (entry.table == "kontaktorsaker") return KontaktorsakHeading(entry, table->second);
  for (const TrendHeading& trend : kTrends) {
    if (trend.table == entry.table) return TrendText(entry, trend, tables, before);
  }
  return std::string(entry.heading);
}

std::string CaptionOf(const OutlineEntry& entry, const v1::GetTableResponse& table) {
  const std::string caption = entry.caption.empty() ? table.title() : std::string(entry.caption);
  return entry.number.empty() ? caption : std::string(entry.number) + ". " + caption;
}

std::string SheetNameOf(const OutlineEntry& entry) {
  const std::string number(entry.number);
  return number.empty() ? std::string(entry.table) : number + " " + std::string(entry.table);
}

}  // namespace liggare::presentation
