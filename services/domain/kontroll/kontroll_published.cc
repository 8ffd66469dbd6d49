// Kontroll of what was published: cell by cell against the computed table, and
// the published totals against their own parts.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/domain/kontroll/kontroll_parts.h"
#include "services/domain/place/subject.h"
#include "services/domain/place/table_id.h"
#include "services/domain/rapport/finding.h"
#include "services/domain/register/published.h"
#include "services/domain/table/table.h"

namespace liggare::domain {
namespace {

constexpr char kTotal[] = "totalt";

struct CellId {
  std::string row;
  std::string column;

  std::string Path() const { return "cells[" + row + "][" + column + "].value"; }
};

// A published cell that should be the sum of others.
struct SumRule {
  struct Part {
    CellId cell;
    int sign = 1;
  };
  CellId total;
  std::vector<Part> parts;
  bool needs_all_parts = false;
  std::string_view parts_name = "de angivna delarna";
};

// Each row's total over its columns, less those that are no parts of it.
void AddRowTotals(const Published& published, const std::vector<std::string>& no_parts,
                  std::vector<SumRule>& rules) {
  for (const std::string& row : published.Rows()) {
    SumRule rule{.total = {row, kTotal}, .parts = {}, .parts_name = "radens kolumner"};
    for (const std::string& column : published.ColumnsOf(row)) {
      const bool is_part = std::find(no_parts.begin(), no_parts.end(), column) == no_parts.end();
      if (is_part && column != kTotal) rule.parts.push_back({{row, column}});
    }
    rules.push_back(std::move(rule));
  }
}

// The total row over the other rows, per column.
void AddColumnTotals(const Published& published, std::vector<SumRule>& rules) {
  for (const std::string& column : published.ColumnsOf(kTotal)) {
    SumRule rule{.total = {kTotal, column}, .parts = {}, .parts_name = "kolumnens rader"};
    for (const std::string& row : published.Rows()) {
      if (row != kTotal) rule.parts.push_back({{row, column}});
    }
    rules.push_back(std::move(rule));
  }
}

void AddChanges(const Published& published, std::vector<SumRule>& rules) {
  for (const std::string& row : published.Rows()) {
    rules.push_back(
        {.total = {row, "forandring"},
         .parts = {{{row, "kommuner_med_po"}, 1}, {{row, "kommuner_med_po_foregaende"}, -1}},
         .needs_all_parts = true});
  }
}

std::vector<SumRule> BudgetRules() {
  std::vector<SumRule> rules;
  for (const char* column : {"budget", "utfall"}) {
    rules.push_back({.total = {"summa", column},
                     .parts = {{{"socialstyrelsen", column}}, {{"ombudstjanster", column}}},
                     .needs_all_parts = true});
  }
  rules.push_back({.total = {"netto", "utfall"},
                   .parts = {{{"summa", "utfall"}}, {{"aterbetalning", "utfall"}}},
                   .needs_all_parts = true});
  rules.push_back({.total = {"oforbrukade", "utfall"},
                   .parts = {{{"summa", "budget"}}, {{"summa", "utfall"}, -1}},
                   .needs_all_parts = true});
  rules.push_back({.total = {"tjanster_sammanfattning", "antal"},
                   .parts = {{{"tjanster", "antal"}}},
                   .needs_all_parts = true,
                   .parts_name = "tabellen"});
  return rules;
}

// How many fewer klienter live with children than the year before.
SumRule DecreaseRule(int year) {
  return {.total = {"minskning", kTotal},
          .parts = {{{std::to_string(year - 1), kTotal}, 1}, {{std::to_string(year), kTotal}, -1}},
          .needs_all_parts = true,
          .parts_name = "årens skillnad"};
}

std::vector<SumRule> RulesOf(std::string_view table, const Published& published, int year) {
  if (table == "budget") return BudgetRules();
  std::vector<SumRule> rules;
  if (table == "barn") {
    AddRowTotals(published, {"andel"}, rules);
    rules.push_back(DecreaseRule(year));
  } else if (table == "kontaktorsaker") {
    AddRowTotals(published, {"andel"}, rules);
  } else if (table == "klienter" || table == "enheter") {
    AddRowTotals(published, {}, rules);
    AddColumnTotals(published, rules);
  } else if (table == "kommuner") {
    AddColumnTotals(published, rules);
    AddChanges(published, rules);
  }
  return rules;
}

// One published table with the computed one beside it.
class PublishedTable {
 public:
  PublishedTable(int year, Published published, v1::GetTableResponse computed)
      : year_(year),
        subject_(TabellSubject(year, computed.table())),
        published_(std::move(published)),
        computed_(std::move(computed)) {}

  void AddDifferences(std::vector<v1::Finding>& out) const;
  void AddSums(std::vector<v1::Finding>& out) const;

 private:
  void CheckSum(const SumRule& rule, std::vector<v1::Finding>& out) const;
  // "Oanvända medel 2024, Fördelade medel (kr)"
  std::string Headings(const CellId& cell) const;

  // The group of the computed table that the published one does not show and that
  // makes up the difference; empty if there is none.
  std::string HiddenGroup(const SumRule& rule, Decimal difference) const;

  int year_;
  std::string subject_;
  Published published_;
  v1::GetTableResponse computed_;
};

std::string PublishedTable::Headings(const CellId& cell) const {
  std::string row = cell.row;
  std::string column = cell.column;
  for (const v1::TableRow& candidate : computed_.rows()) {
    if (candidate.id() == cell.row) row = candidate.label();
  }
  for (const v1::TableColumn& candidate : computed_.columns()) {
    if (candidate.id() == cell.column) column = candidate.label();
  }
  return row + ", " + column;
}

void PublishedTable::AddDifferences(std::vector<v1::Finding>& out) const {
  for (const v1::TableRow& row : computed_.rows()) {
    for (const v1::TableCell& cell : row.cells()) {
      if (!cell.differs()) continue;
      const CellId id{row.id(), cell.column()};
      out.push_back(
          MakeFinding("PUBLISHED_DIFFERS",
                      {.subject = subject_,
                       .fields = {id.Path()},
                       .stated = cell.stated(),
                       .computed = cell.text(),
                       .sentence = computed_.title() + ": " + Headings(id) + " anges till " +
                                   cell.stated() + ", men händelserna ger " + cell.text() + "."}));
    }
  }
}

void PublishedTable::CheckSum(const SumRule& rule, std::vector<v1::Finding>& out) const {
  const std::optional<Decimal> total = published_.Cell(rule.total.row, rule.total.column);
  if (!total) return;
  Decimal sum;
  std::vector<std::string> fields = {rule.total.Path()};
  for (const SumRule::Part& part : rule.parts) {
    const std::optional<Decimal> stated = published_.Cell(part.cell.row, part.cell.column);
    if (!stated && rule.needs_all_parts) return;
    if (!stated) continue;
    sum = Sum(sum, *stated, part.sign);
    fields.push_back(part.cell.Path());
  }
  if (fields.size() == 1 || SameValue(*total, sum)) return;
  const std::string hidden = HiddenGroup(rule, Sum(*total, sum, -1));
  std::string sentence = computed_.title() + ": " + Headings(rule.total) + " anges till " +
                         SwedishText(*total) + ", men " + std::string(rule.parts_name) + " ger " +
                         SwedishText(sum) + ".";
  if (!hidden.empty()) sentence += " Skillnaden är " + hidden + ", som inte redovisas.";
  out.push_back(MakeFinding(hidden.empty() ? "SUM_DIFFERS" : "GROUP_HIDDEN",
                            {.subject = subject_,
                             .fields = std::move(fields),
                             .stated = SwedishText(*total),
                             .computed = SwedishText(sum),
                             .sentence = std::move(sentence)}));
}

std::string PublishedTable::HiddenGroup(const SumRule& rule, Decimal difference) const {
  if (computed_.table() != "klienter" || difference.units <= 0) return "";
  for (const v1::TableRow& row : computed_.rows()) {
    for (const v1::TableCell& cell : row.cells()) {
      const bool is_row = row.id() == "annan" && cell.column() == rule.total.column;
      const bool is_column = cell.column() == "okand" && row.id() == rule.total.row;
      const bool is_shown = published_.Cell(row.id(), cell.column()).has_value();
      if ((!is_row && !is_column) || is_shown || cell.denominator() == 0) continue;
      if (!PrintsAs({cell.numerator(), cell.denominator()}, difference)) continue;
      return is_row ? "annan könsidentitet" : "okänd ålder";
    }
  }
  return "";
}

void PublishedTable::AddSums(std::vector<v1::Finding>& out) const {
  for (const SumRule& rule : RulesOf(computed_.table(), published_, year_)) CheckSum(rule, out);
}

}  // namespace

absl::Status AddPublishedFindings(StateView& view, const Scope& scope,
                                  std::vector<v1::Finding>& out) {
  if (!scope.IsNation()) return absl::OkStatus();
  for (std::string_view table : kTableIds) {
    absl::StatusOr<Published> published = Published::Of(view, table, scope.year);
    if (!published.ok()) return published.status();
    if (published->empty()) continue;
    absl::StatusOr<v1::GetTableResponse> computed = ComputeTable(view, table, scope);
    if (!computed.ok()) return computed.status();
    const PublishedTable both(scope.year, *std::move(published), *std::move(computed));
    both.AddDifferences(out);
    both.AddSums(out);
  }
  return absl::OkStatus();
}

}  // namespace liggare::domain
