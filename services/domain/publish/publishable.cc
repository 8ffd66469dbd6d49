#include "services/domain/publish/publishable.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "proto/name/node_path.h"
#include "services/domain/place/table_id.h"
#include "services/domain/publish/withheld_counts.h"

namespace liggare::domain {
namespace {

constexpr char kMark[] = "..";
constexpr std::string_view kShare = "andel";

// What is withheld in the year of a table and the year before it.
struct Withheld {
  const Scope& scope;
  WithheldCounts now;
  WithheldCounts before;

  const WithheldCounts& Of(std::string_view year) const {
    return year == std::to_string(scope.year) ? now : before;
  }
};

// Whether a cell of a table is computed from a count that is withheld.
using IsWithheldFn = bool(const Withheld& withheld, std::string_view row, std::string_view column);

bool KlienterCell(const Withheld& withheld, std::string_view row, std::string_view column) {
  return withheld.now.Klienter(withheld.scope.path, row, column);
}

bool KonCell(const Withheld& withheld, std::string_view row, std::string_view column) {
  return withheld.now.Klienter(withheld.scope.path, column, row) ||
         withheld.now.Klienter(withheld.scope.path, kAllPersons, row);
}

bool AllKlienter(const Withheld& withheld, std::string_view year) {
  return withheld.Of(year).Klienter(withheld.scope.path, kAllPersons, kAllPersons);
}

bool BarnCell(const Withheld& withheld, std::string_view row, std::string_view column) {
  const std::string& path = withheld.scope.path;
  const bool is_year = row.find_first_not_of("0123456789") == std::string_view::npos;
  if (!is_year) {  // The difference between the years.
    return withheld.now.Barn(path, kAllPersons) || withheld.before.Barn(path, kAllPersons);
  }
  if (column != kShare) return withheld.Of(row).Barn(path, column);
  return withheld.Of(row).Barn(path, kAllPersons) || AllKlienter(withheld, row);
}

bool KontaktorsakCell(const Withheld& withheld, std::string_view row, std::string_view column) {
  const std::string& path = withheld.scope.path;
  if (column != kShare) return withheld.now.Kontaktorsak(path, row, column);
  return withheld.now.Kontaktorsak(path, row, kAllPersons) ||
         withheld.now.Klienter(path, kAllPersons, kAllPersons);
}

bool AvvikelserCell(const Withheld& withheld, std::string_view row, std::string_view) {
  const std::string& path = withheld.scope.path;
  if (row == "uppdrag" || row == "avvikelser") return false;
  if (row == "barn") return withheld.now.Barn(path, kAllPersons);
  const bool counts_klienter = row == "klienter" || row == "uppdrag_per_klient";
  // A row that nobody has said anything of is withheld.
  return !counts_klienter || withheld.now.Klienter(path, kAllPersons, kAllPersons);
}

// A row is what is below the scope under its name, and the scope's own report if it
// has the scope's name (table_enheter.cc).
bool EnheterCell(const Withheld& withheld, std::string_view row, std::string_view column) {
  const std::string& path = withheld.scope.path;
  const auto is_withheld = [&](const std::string& node) {
    return withheld.now.Klienter(node, column, kAllPersons);
  };
  if (row == kAllPersons) return is_withheld(path);
  if (is_withheld(path + "/" + std::string(row))) return true;
  if (row != name::LastSegmentOf(path)) return false;
  const std::string own = WithheldCounts::OwnReportOf(path);
  return is_withheld(withheld.now.Has(own) ? own : path);
}

struct Entry {
  std::string_view table;
  IsWithheldFn* is_withheld;
};
// Kommuner, verksamheter, posts, brister or kronor; ombud are employees.
constexpr IsWithheldFn* kCountsNoPersons = nullptr;

// What of each table counts persons who have support.
constexpr std::array kTables = std::to_array<Entry>({{"budget", kCountsNoPersons},
                                                     {"kommuner", kCountsNoPersons},
                                                     {"ombud", kCountsNoPersons},
                                                     {"handledning", kCountsNoPersons},
                                                     {"klienter", KlienterCell},
                                                     {"kon", KonCell},
                                                     {"barn", BarnCell},
                                                     {"kontaktorsaker", KontaktorsakCell},
                                                     {"vantetider", kCountsNoPersons},
                                                     {"prioritering", kCountsNoPersons},
                                                     {"utforare", kCountsNoPersons},
                                                     {"ledningsgrupper", kCountsNoPersons},
                                                     {"brister", kCountsNoPersons},
                                                     {"avvikelser", AvvikelserCell},
                                                     {"enheter", EnheterCell}});
// A table of which nothing is said does not compile.
static_assert(std::ranges::equal(kTables, kTableIds, {}, &Entry::table));

IsWithheldFn* RuleOf(std::string_view table) {
  for (const Entry& entry : kTables) {
    if (entry.table == table) return entry.is_withheld;
  }
  return nullptr;
}

void Withhold(v1::TableCell& cell) {
  cell.clear_numerator();
  cell.clear_denominator();
  cell.set_text(kMark);
  cell.set_suppressed(true);
}

std::string NoteOf(int64_t smallest, int count) {
  return std::string(kMark) + " uppgiften redovisas inte: den avser färre än " +
         std::to_string(smallest) + " personer, eller så kan en sådan uppgift räknas ut ur den (" +
         std::to_string(count) + (count == 1 ? " cell)." : " celler).");
}

void LeaveOutPublished(v1::GetTableResponse& table) {
  for (v1::TableRow& row : *table.mutable_rows()) {
    for (v1::TableCell& cell : *row.mutable_cells()) {
      cell.clear_stated();
      cell.clear_differs();
    }
  }
}

absl::Status WithholdSmallCounts(StateView& view, const Scope& scope, int64_t smallest,
                                 IsWithheldFn& is_withheld, v1::GetTableResponse& table) {
  absl::StatusOr<WithheldCounts> now = WithheldCounts::Of(view, scope, smallest);
  if (!now.ok()) return now.status();
  absl::StatusOr<WithheldCounts> before =
      WithheldCounts::Of(view, {scope.path, scope.year - 1}, smallest);
  if (!before.ok()) return before.status();
  const Withheld withheld{scope, *std::move(now), *std::move(before)};
  int count = 0;
  for (v1::TableRow& row : *table.mutable_rows()) {
    for (v1::TableCell& cell : *row.mutable_cells()) {
      if (cell.denominator() == 0 || !is_withheld(withheld, row.id(), cell.column())) continue;
      Withhold(cell);
      ++count;
    }
  }
  if (count > 0) table.add_notes(NoteOf(smallest, count));
  return absl::OkStatus();
}

const v1::TableCell* FindCell(const v1::GetTableResponse& table, const CellName& name) {
  for (const v1::TableRow& row : table.rows()) {
    for (const v1::TableCell& cell : row.cells()) {
      if (row.id() == name.row && cell.column() == name.column) return &cell;
    }
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<v1::GetTableResponse> ComputePublishableTable(StateView& view,
                                                             std::string_view table,
                                                             const Scope& scope, int64_t smallest) {
  absl::StatusOr<v1::GetTableResponse> computed = ComputeTable(view, table, scope);
  if (!computed.ok()) return computed;
  LeaveOutPublished(*computed);
  IsWithheldFn* is_withheld = RuleOf(table);
  if (is_withheld == nullptr) return computed;
  absl::Status status = WithholdSmallCounts(view, scope, smallest, *is_withheld, *computed);
  if (!status.ok()) return status;
  return computed;
}

absl::StatusOr<v1::ExplainCellResponse> ExplainPublishableCell(StateView& view,
                                                               std::string_view table,
                                                               const Scope& scope,
                                                               const CellName& cell,
                                                               int64_t smallest) {
  absl::StatusOr<v1::ExplainCellResponse> explained = ExplainCell(view, table, scope, cell);
  if (!explained.ok()) return explained;
  const auto published = ComputePublishableTable(view, table, scope, smallest);
  if (!published.ok()) return published.status();
  if (const v1::TableCell* found = FindCell(*published, cell)) *explained->mutable_cell() = *found;
  if (RuleOf(table) != nullptr) explained->clear_fields();
  return explained;
}

}  // namespace liggare::domain
