// Kontroll of the figures that were printed, in themselves: shares beside their
// counts, shares that make up a whole, and what ledningsgrupper lack.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/domain/figure/figure.h"
#include "services/domain/figure/fraction.h"
#include "services/domain/figure/heading.h"
#include "services/domain/kontroll/kontroll_parts.h"
#include "services/domain/place/subject.h"
#include "services/domain/rapport/finding.h"
#include "services/domain/register/published.h"

namespace liggare::domain {
namespace {

using Findings = std::vector<v1::Finding>;

constexpr char kShare[] = "andel";
constexpr char kCount[] = "verksamheter";
constexpr char kTotal[] = "totalt";
constexpr char kIncomplete[] = "ofullstandiga";
constexpr char kComplete[] = "fulltaliga";

std::string CellPath(std::string_view row, std::string_view column) {
  return "cells[" + std::string(row) + "][" + std::string(column) + "].value";
}

// The printed tables of one year.
struct Printed {
  StateView& view;
  int year;

  absl::StatusOr<Published> Table(std::string_view id, int of_year) const {
    return Published::Of(view, id, of_year);
  }
  std::string Subject(std::string_view table) const { return TabellSubject(year, table); }
  std::string Title(std::string_view table) const {
    return "Tabellen " + std::string(table) + " " + std::to_string(year);
  }
};

// A printed number without decimals.
std::optional<int64_t> CountIn(const Published& table, std::string_view row,
                               std::string_view column) {
  const std::optional<Decimal> cell = table.Cell(row, column);
  if (!cell || cell->places != 0) return std::nullopt;
  return AddFigure(0, cell->units);
}

// A printed percentage beside the part and the whole that it is the share of.
struct ShareCheck {
  std::string_view table;
  std::string row;
  std::string column;
  Decimal stated;
  int64_t part = 0;
  int64_t whole = 0;
  std::string part_field;
};

void CheckShare(const Printed& printed, const ShareCheck& check, Findings& out) {
  const Fraction share{100 * check.part, check.whole};
  if (check.whole <= 0 || PrintsAs(share, check.stated)) return;
  const std::string computed = SwedishText(Round(share, 2)) + " %";
  out.push_back(MakeFinding(
      "SHARE_DIFFERS", {.subject = printed.Subject(check.table),
                        .fields = {CellPath(check.row, check.column), check.part_field},
                        .stated = SwedishText(check.stated) + " %",
                        .computed = computed,
                        .sentence = printed.Title(check.table) + ": andelen i " + check.row + ", " +
                                    check.column + " anges till " + SwedishText(check.stated) +
                                    " %, men " + SwedishText({check.part, 0}) + " av " +
                                    SwedishText({check.whole, 0}) + " är " + computed + "."}));
}

// Rows with a number and its share of all klienter of the row's year.
absl::Status CheckSharesOfKlienter(const Printed& printed, std::string_view table, Findings& out) {
  const auto published = printed.Table(table, printed.year);
  if (!published.ok()) return published.status();
  for (const std::string& row : published->Rows()) {
    const std::optional<Decimal> stated = published->Cell(row, kShare);
    const std::optional<int64_t> part = CountIn(*published, row, kTotal);
    if (!stated || !part) continue;
    const bool is_year_before = row == std::to_string(printed.year - 1);
    const auto klienter = printed.Table("klienter", printed.year - (is_year_before ? 1 : 0));
    if (!klienter.ok()) return klienter.status();
    const std::optional<int64_t> whole = CountIn(*klienter, kTotal, kTotal);
    if (!whole) continue;
    CheckShare(printed, {table, row, kShare, *stated, *part, *whole, CellPath(row, kTotal)}, out);
  }
  return absl::OkStatus();
}

// How many verksamheter a share is of: those that the ledningsgrupper's own table
// counts, or all of the year.
absl::StatusOr<std::optional<int64_t>> Verksamheter(const Printed& printed,
                                                    const Published& table) {
  const std::optional<int64_t> complete = CountIn(table, kComplete, kCount);
  const std::optional<int64_t> incomplete = CountIn(table, kIncomplete, kCount);
  if (complete && incomplete) return std::optional<int64_t>(*complete + *incomplete);
  const auto kommuner = printed.Table("kommuner", printed.year);
  if (!kommuner.ok()) return kommuner.status();
  return CountIn(*kommuner, kTotal, kCount);
}

absl::Status CheckSharesOfVerksamheter(const Printed& printed, std::string_view table,
                                       Findings& out) {
  const auto published = printed.Table(table, printed.year);
  if (!published.ok()) return published.status();
  const auto whole = Verksamheter(printed, *published);
  if (!whole.ok()) return whole.status();
  for (const std::string& row : published->Rows()) {
    const std::optional<Decimal> stated = published->Cell(row, kShare);
    const std::optional<int64_t> part = CountIn(*published, row, kCount);
    if (!stated || !part || !*whole) continue;
    CheckShare(printed, {table, row, kShare, *stated, *part, **whole, CellPath(row, kCount)}, out);
  }
  return absl::OkStatus();
}

// The shares of kön in an age group, against the printed klienter.
absl::Status CheckSharesOfKon(const Printed& printed, Findings& out) {
  const auto kon = printed.Table("kon", printed.year);
  if (!kon.ok()) return kon.status();
  const auto klienter = printed.Table("klienter", printed.year);
  if (!klienter.ok()) return klienter.status();
  for (const std::string& alder : kon->Rows()) {
    const std::optional<int64_t> whole = CountIn(*klienter, kTotal, alder);
    for (const std::string& column : kon->ColumnsOf(alder)) {
      const std::optional<int64_t> part = CountIn(*klienter, column, alder);
      if (!part || !whole) continue;
      CheckShare(
          printed,
          {"kon", alder, column, *kon->Cell(alder, column), *part, *whole, CellPath(column, alder)},
          out);
    }
  }
  return absl::OkStatus();
}

// Percentages that make up a whole. Each may be rounded by half a unit of its last
// place.
struct WholeCheck {
  std::string_view table;
  std::vector<std::pair<std::string, std::string>> cells;  // Row, column.
};

void CheckWhole(const Printed& printed, const Published& table, const WholeCheck& check,
                Findings& out) {
  Decimal sum;
  std::vector<std::string> fields;
  int places = kPlacesMax;
  for (const auto& [row, column] : check.cells) {
    const std::optional<Decimal> cell = table.Cell(row, column);
    if (!cell) return;
    sum = Sum(sum, *cell, 1);
    places = std::min(places, cell->places);
    fields.push_back(CellPath(row, column));
  }
  const Decimal off = Sum(sum, {100, 0}, -1);
  const Decimal rounding{static_cast<int64_t>(fields.size()) * 5, places + 1};
  const Decimal excess = Sum({std::abs(off.units), off.places}, rounding, -1);
  if (fields.size() < 2 || excess.units <= 0) return;
  out.push_back(
      MakeFinding("PERCENT_SUM_DIFFERS",
                  {.subject = printed.Subject(check.table),
                   .fields = std::move(fields),
                   .stated = SwedishText(sum) + " %",
                   .computed = "100 %",
                   .sentence = printed.Title(check.table) + ": andelarna i " +
                               check.cells.front().first + " är tillsammans " + SwedishText(sum) +
                               " %, men delar av en helhet ska vara " + "100 %."}));
}

absl::Status CheckWholes(const Printed& printed, Findings& out) {
  const auto kon = printed.Table("kon", printed.year);
  if (!kon.ok()) return kon.status();
  for (const std::string& alder : kon->Rows()) {
    WholeCheck check{"kon", {}};
    for (const std::string& column : kon->ColumnsOf(alder)) check.cells.push_back({alder, column});
    CheckWhole(printed, *kon, check, out);
  }
  const auto grupper = printed.Table("ledningsgrupper", printed.year);
  if (!grupper.ok()) return grupper.status();
  CheckWhole(printed, *grupper, {"ledningsgrupper", {{kComplete, kShare}, {kIncomplete, kShare}}},
             out);
  const auto handledning = printed.Table("handledning", printed.year);
  if (!handledning.ok()) return handledning.status();
  WholeCheck answers{"handledning", {}};
  for (const Heading& answer : HandledningHeadings()) {
    answers.cells.push_back({std::string(answer.id), kShare});
  }
  CheckWhole(printed, *handledning, answers, out);
  return absl::OkStatus();
}

// The incomplete ledningsgrupper, as a number or in percent.
struct Incomplete {
  Decimal figure;
  bool is_percent = false;
  std::string field;
};

std::optional<Incomplete> IncompleteOf(const Published& table) {
  if (auto count = table.Cell(kIncomplete, kCount)) {
    return Incomplete{*count, false, CellPath(kIncomplete, kCount)};
  }
  if (auto share = table.Cell(kIncomplete, kShare)) {
    return Incomplete{*share, true, CellPath(kIncomplete, kShare)};
  }
  if (auto complete = table.Cell(kComplete, kShare)) {
    return Incomplete{Sum({100, 0}, *complete, -1), true, CellPath(kComplete, kShare)};
  }
  return std::nullopt;
}

// A group that lacks a part that it must have is not complete (förordning 2013:522,
// 5 §); brukarorganisationer must only be offered a place.
absl::Status CheckMissingParts(const Printed& printed, Findings& out) {
  constexpr std::array kParts = std::to_array<const char*>(
      {"kommun", "primarvard", "psykiatri", "arbetsformedlingen", "forsakringskassan"});
  constexpr char kTable[] = "ledningsgrupper";
  const auto table = printed.Table(kTable, printed.year);
  if (!table.ok()) return table.status();
  const auto whole = Verksamheter(printed, *table);
  if (!whole.ok()) return whole.status();
  const std::optional<Incomplete> incomplete = IncompleteOf(*table);
  if (!incomplete) return absl::OkStatus();
  const std::string unit = incomplete->is_percent ? " %" : "";
  for (const char* part : kParts) {
    const std::string row = std::string("saknar_") + part;
    const std::optional<int64_t> lacking = CountIn(*table, row, kCount);
    if (!lacking || (incomplete->is_percent && (!*whole || **whole <= 0))) continue;
    const Decimal computed = incomplete->is_percent
                                 ? Round({100 * *lacking, **whole}, incomplete->figure.places)
                                 : Decimal{*lacking, 0};
    if (Sum(computed, incomplete->figure, -1).units <= 0) continue;
    out.push_back(
        MakeFinding("PARTS_EXCEED_INCOMPLETE",
                    {.subject = printed.Subject(kTable),
                     .fields = {incomplete->field, CellPath(row, kCount)},
                     .stated = SwedishText(incomplete->figure) + unit,
                     .computed = "minst " + SwedishText(computed) + unit,
                     .sentence = printed.Title(kTable) + ": " + SwedishText(incomplete->figure) +
                                 unit + " av ledningsgrupperna anges vara ofullständiga, men " +
                                 SwedishText({*lacking, 0}) + " saknar " +
                                 std::string(LabelOf(SamverkanspartHeadings(), part)) +
                                 ", alltså minst " + SwedishText(computed) + unit + "."}));
  }
  return absl::OkStatus();
}

absl::Status CheckShares(const Printed& printed, Findings& out) {
  for (const char* table : {"barn", "kontaktorsaker"}) {
    absl::Status status = CheckSharesOfKlienter(printed, table, out);
    if (!status.ok()) return status;
  }
  for (const char* table : {"ledningsgrupper", "handledning", "vantetider"}) {
    absl::Status status = CheckSharesOfVerksamheter(printed, table, out);
    if (!status.ok()) return status;
  }
  return CheckSharesOfKon(printed, out);
}

}  // namespace

absl::Status AddPrintedShareFindings(StateView& view, const Scope& scope,
                                     std::vector<v1::Finding>& out) {
  if (!scope.IsNation()) return absl::OkStatus();
  const Printed printed{view, scope.year};
  for (auto* check : {CheckShares, CheckWholes, CheckMissingParts}) {
    if (absl::Status status = check(printed, out); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace liggare::domain
