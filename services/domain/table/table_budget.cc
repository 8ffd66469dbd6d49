#include <optional>
#include <span>
#include <string>
#include <vector>

#include "services/domain/register/budget_figures.h"
#include "services/domain/table/table_compute.h"

namespace liggare::domain {
namespace {

constexpr char kBudget[] = "budget";
constexpr char kOutcome[] = "utfall";
constexpr char kAmount[] = "belopp";
constexpr char kNumber[] = "antal";

// A row with one or both of the money columns.
struct Line {
  std::string id;
  std::string label;
  std::optional<int64_t> budget_ore;
  std::optional<int64_t> outcome_ore;
};

void AddLine(TableBuilder& table, const Line& line) {
  table.AddRow(line.id, line.label);
  if (line.budget_ore) {
    table.Set(line.id, kBudget, Hundredths(*line.budget_ore), CellStyle::kKronor);
  }
  if (line.outcome_ore) {
    table.Set(line.id, kOutcome, Hundredths(*line.outcome_ore), CellStyle::kKronor);
  }
}

std::optional<int64_t> Plus(std::optional<int64_t> a, std::optional<int64_t> b, int sign) {
  if (!a || !b) return std::nullopt;
  return *a + sign * *b;
}

void AddNation(TableBuilder& table, const NationFigures& nation, const GrantFigures& grants,
               int year) {
  const std::string before = std::to_string(year - 1);
  const std::optional<int64_t> budget_ore = Plus(nation.own_budget_ore, nation.grant_budget_ore, 1);
  const int64_t outcome_ore = nation.own_cost_ore + nation.funds_paid_ore;
  AddLine(table,
          {"socialstyrelsen", "Socialstyrelsen", nation.own_budget_ore, nation.own_cost_ore});
  AddLine(table, {"ombudstjanster", "Ombudstjänster, statsbidrag", nation.grant_budget_ore,
                  nation.funds_paid_ore});
  AddLine(table, {"summa", "Summa", budget_ore, outcome_ore});
  AddLine(table, {"aterbetalning", "Återbetalning " + before, {}, -nation.returned_ore});
  AddLine(table, {"netto", "Netto efter återbetalning", {}, outcome_ore - nation.returned_ore});
  AddLine(table, {"oforbrukade",
                  "Oanvända medel " + std::to_string(year),
                  {},
                  Plus(budget_ore, outcome_ore, -1)});
  table.AddRow("per_arsanstallning", "Belopp per årsanställning");
  if (nation.rate_ore) {
    table.Set("per_arsanstallning", kAmount, Hundredths(*nation.rate_ore), CellStyle::kKronor);
  }
  for (const auto& [id, label] :
       {TableBuilder::Column{"tjanster", "Årsanställningar"},
        TableBuilder::Column{"tjanster_sammanfattning", "Årsanställningar, sammanfattningen"}}) {
    table.AddRow(id, label);
    table.Set(id, kNumber, Hundredths(grants.posts_hundredths), CellStyle::kHundredths);
  }
}

void AddBelow(TableBuilder& table, const NationFigures& nation, const GrantFigures& grants,
              int year) {
  AddLine(table,
          {"ombudstjanster", "Ombudstjänster, statsbidrag", grants.decided_ore, grants.paid_ore});
  AddLine(table, {"summa", "Summa", grants.decided_ore, grants.paid_ore});
  AddLine(table, {"oforbrukade",
                  "Beslutat men inte utbetalt " + std::to_string(year),
                  {},
                  grants.decided_ore - grants.paid_ore});
  table.AddRow("per_arsanstallning", "Belopp per årsanställning");
  if (nation.rate_ore) {
    table.Set("per_arsanstallning", kAmount, Hundredths(*nation.rate_ore), CellStyle::kKronor);
  }
  table.AddRow("tjanster", "Årsanställningar");
  table.Set("tjanster", kNumber, Hundredths(grants.posts_hundredths), CellStyle::kHundredths);
}

// A cell and the fields that it is computed from.
struct LineSource {
  const char* row;
  const char* column;
  SubjectKind kind;
  const char* pattern;
};

void AddSources(TableBuilder& table, int year, std::span<const LineSource> sources) {
  for (const LineSource& source : sources) {
    table.AddSource(source.row, source.column, {source.kind, year, source.pattern});
  }
}

void AddNationSources(TableBuilder& table, int year) {
  using enum SubjectKind;
  static constexpr LineSource kSources[] = {
      {"socialstyrelsen", kBudget, kAnslag, "poster.socialstyrelsen"},
      {"socialstyrelsen", kOutcome, kAnslag, "own_costs"},
      {"ombudstjanster", kBudget, kAnslag, "poster.ombudstjanster"},
      {"ombudstjanster", kOutcome, kRekvisition, "payments"},
      {"summa", kBudget, kAnslag, "poster"},
      {"summa", kOutcome, kAnslag, "own_costs"},
      {"summa", kOutcome, kRekvisition, "payments"},
      {"aterbetalning", kOutcome, kAnslag, "returned"},
      {"netto", kOutcome, kAnslag, "own_costs"},
      {"netto", kOutcome, kAnslag, "returned"},
      {"netto", kOutcome, kRekvisition, "payments"},
      {"oforbrukade", kOutcome, kAnslag, "poster"},
      {"oforbrukade", kOutcome, kAnslag, "own_costs"},
      {"oforbrukade", kOutcome, kRekvisition, "payments"},
      {"per_arsanstallning", kAmount, kAnslag, "rate_ore"},
      {"tjanster", kNumber, kBidrag, "posts_hundredths"},
      {"tjanster_sammanfattning", kNumber, kBidrag, "posts_hundredths"},
  };
  AddSources(table, year, kSources);
}

void AddSourcesBelow(TableBuilder& table, int year) {
  using enum SubjectKind;
  static constexpr LineSource kSources[] = {
      {"ombudstjanster", kBudget, kBidrag, "amount_ore"},
      {"ombudstjanster", kOutcome, kBidrag, "payments"},
      {"summa", kBudget, kBidrag, "amount_ore"},
      {"summa", kOutcome, kBidrag, "payments"},
      {"oforbrukade", kOutcome, kBidrag, "amount_ore"},
      {"oforbrukade", kOutcome, kBidrag, "payments"},
      {"per_arsanstallning", kAmount, kAnslag, "rate_ore"},
      {"tjanster", kNumber, kBidrag, "posts_hundredths"},
  };
  AddSources(table, year, kSources);
}

}  // namespace

absl::StatusOr<TableBuilder> ComputeBudget(StateView& view, const Scope& scope, const Published&) {
  absl::StatusOr<NationFigures> nation = NationFiguresOf(view, scope.year);
  if (!nation.ok()) return nation.status();
  absl::StatusOr<GrantFigures> grants = GrantFiguresOf(view, scope);
  if (!grants.ok()) return grants.status();
  TableBuilder table(
      "budget",
      "Budget och utfall för verksamhet med personligt ombud " + std::to_string(scope.year),
      {{kBudget, scope.IsNation() ? "Budget (kr)" : "Beslutat (kr)"},
       {kOutcome, scope.IsNation() ? "Fördelade medel (kr)" : "Utbetalt (kr)"},
       {kAmount, "Belopp (kr)"},
       {kNumber, "Antal"}});
  if (scope.IsNation()) {
    AddNation(table, *nation, *grants, scope.year);
    table.AddNote("Källa: Socialstyrelsen " + std::to_string(scope.year + 1) + ".");
    AddNationSources(table, scope.year);
  } else {
    AddBelow(table, *nation, *grants, scope.year);
    AddSourcesBelow(table, scope.year);
    table.AddNote("Källa: länsstyrelsens beslut och utbetalningar " + std::to_string(scope.year) +
                  ".");
  }
  return table;
}

}  // namespace liggare::domain
