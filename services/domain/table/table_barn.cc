#include <optional>
#include <set>
#include <string>
#include <vector>

#include "services/domain/rapport/klient_figures.h"
#include "services/domain/table/report_figures.h"
#include "services/domain/table/table_compute.h"

namespace liggare::domain {
namespace {

constexpr char kAnnan[] = "annan";
constexpr char kTotal[] = "totalt";
constexpr char kShare[] = "andel";
constexpr char kDecrease[] = "minskning";

// What a year's reports count as living with children, as the reports say it; the
// first form does not ask.
absl::StatusOr<std::set<std::string>> DefinitionsOfYear(StateView& view, Scope scope) {
  absl::StatusOr<std::vector<ScopedState>> reports = ReportsOf(view, scope);
  if (!reports.ok()) return reports.status();
  std::set<std::string> definitions;
  for (const ScopedState& report : *reports) {
    const auto token = report.state->Text("barn_definition");
    definitions.insert(
        std::string(token ? LabelOf(BarnDefinitionHeadings(), *token) : "inte angiven"));
  }
  return definitions;
}

std::string Joined(const std::set<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : "; ") + text;
  return joined;
}

// Figures by different definitions do not compare, and the table says so.
absl::Status AddDefinitions(StateView& view, const Scope& scope, TableBuilder& table) {
  const auto now = DefinitionsOfYear(view, scope);
  if (!now.ok()) return now.status();
  const auto before = DefinitionsOfYear(view, {scope.path, scope.year - 1});
  if (!before.ok()) return before.status();
  const bool compares = now->empty() || before->empty() || *now == *before;
  if (!compares) {
    table.AddNote("Definitionen har ändrats: " + std::to_string(scope.year - 1) + " " +
                  Joined(*before) + ", " + std::to_string(scope.year) + " " + Joined(*now) + ".");
  } else if (now->size() > 1) {
    table.AddNote("Flera definitioner: " + Joined(*now) + ".");
  }
  return absl::OkStatus();
}

// One year's figures; nothing if no report was lodged.
absl::StatusOr<std::optional<KlientFigures>> FiguresOfYear(StateView& view, Scope scope) {
  absl::StatusOr<std::vector<ScopedState>> reports = ReportsOf(view, scope);
  if (!reports.ok()) return reports.status();
  if (reports->empty()) return std::optional<KlientFigures>();
  return std::optional<KlientFigures>(KlientFiguresOf(*reports));
}

void SetRow(TableBuilder& table, int year, const KlientFigures& figures) {
  const std::string row = std::to_string(year);
  for (const Heading& kon : KonHeadings()) {
    table.Set(row, kon.id, Count(figures.Barn(kon.id)), CellStyle::kCount);
    table.AddSource(row, kon.id, {SubjectKind::kRapport, year, "barn." + std::string(kon.id)});
  }
  table.AddSource(row, kTotal, {SubjectKind::kRapport, year, "barn"});
  table.AddSource(row, kShare, {SubjectKind::kRapport, year, "barn"});
  table.AddSource(row, kShare, {SubjectKind::kRapport, year, "klienter"});
  table.Set(row, kTotal, Count(figures.AllBarn()), CellStyle::kCount);
  table.Set(row, kShare, Fraction{100 * figures.AllBarn(), figures.AllKlienter()},
            CellStyle::kPercent);
}

std::vector<TableBuilder::Column> Columns(bool with_annan) {
  std::vector<TableBuilder::Column> columns = {{"man", "Antal män"}, {"kvinna", "Antal kvinnor"}};
  if (with_annan) columns.push_back({kAnnan, "Antal annan könsidentitet"});
  columns.push_back({kTotal, "Totalt"});
  columns.push_back({kShare, "Andel av alla klienter"});
  return columns;
}

bool HasAnnan(const std::optional<KlientFigures>& figures) {
  return figures.has_value() && figures->Barn(kAnnan) > 0;
}

// The year before as the reports give it, or else as it was published.
std::optional<int64_t> TotalBefore(const std::optional<KlientFigures>& computed,
                                   const Published& published, const std::string& row) {
  if (computed) return computed->AllBarn();
  const std::optional<Decimal> stated = published.Cell(row, kTotal);
  return stated && stated->places == 0 ? std::optional<int64_t>(stated->units) : std::nullopt;
}

}  // namespace

absl::StatusOr<TableBuilder> ComputeBarn(StateView& view, const Scope& scope,
                                         const Published& published) {
  const std::string year = std::to_string(scope.year);
  const std::string year_before = std::to_string(scope.year - 1);
  auto now = FiguresOfYear(view, scope);
  if (!now.ok()) return now.status();
  auto before = FiguresOfYear(view, {scope.path, scope.year - 1});
  if (!before.ok()) return before.status();

  std::set<std::string> rows = {year};
  if (before->has_value()) rows.insert(year_before);
  for (const std::string& row : published.Rows()) {
    if (row != kDecrease) rows.insert(row);
  }
  TableBuilder table(
      "barn", "Klienter som helt eller delvis bor med barn, " + year_before + "\u2013" + year,
      Columns(HasAnnan(*now) || HasAnnan(*before)));
  for (const std::string& row : rows) table.AddRow(row, row);
  if (before->has_value()) SetRow(table, scope.year - 1, **before);
  SetRow(table, scope.year, now->value_or(KlientFigures()));
  table.AddRow(kDecrease, "Minskning sedan " + year_before);
  if (auto total = TotalBefore(*before, published, year_before); total && now->has_value()) {
    table.Set(kDecrease, kTotal, Count(*total - (*now)->AllBarn()), CellStyle::kCount);
  }
  table.AddNote("Källa: Kommunernas återrapporter " + year + ".");
  if (absl::Status status = AddDefinitions(view, scope, table); !status.ok()) return status;
  return table;
}

}  // namespace liggare::domain
