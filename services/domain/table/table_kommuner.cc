#include <map>
#include <set>
#include <string>
#include <vector>

#include "proto/name/node_path.h"
#include "services/domain/place/kommun.h"
#include "services/domain/register/verksamhet.h"
#include "services/domain/table/table_compute.h"

namespace liggare::domain {
namespace {

constexpr char kInLan[] = "kommuner_i_lanet";
constexpr char kBefore[] = "kommuner_med_po_foregaende";
constexpr char kNow[] = "kommuner_med_po";
constexpr char kChange[] = "forandring";
constexpr char kVerksamheter[] = "verksamheter";

struct Figures {
  int64_t in_lan = 0;
  std::set<std::string> before;
  std::set<std::string> now;
  int64_t verksamheter = 0;
};

void Count(const Verksamhet& verksamhet, int year, Figures& figures) {
  if (verksamhet.IsRegisteredIn(year)) ++figures.verksamheter;
  for (const AssignedKommun& kommun : verksamhet.kommuner) {
    if (Intersect(kommun.days, YearInterval(year))) figures.now.insert(kommun.kommunkod);
    if (Intersect(kommun.days, YearInterval(year - 1))) figures.before.insert(kommun.kommunkod);
  }
}

// The county's assignments, and the verksamheter's registrations, below `of`.
void AddSources(TableBuilder& table, std::string_view row, const Scope& of) {
  for (const char* column : {kBefore, kNow, kChange}) {
    table.AddSource(row, column, {SubjectKind::kVerksamhet, of.year, "kommuner", of.path});
  }
  table.AddSource(row, kVerksamheter, {SubjectKind::kVerksamhet, of.year, "from", of.path});
}

void SetRow(TableBuilder& table, std::string_view row, const Figures& figures) {
  const auto before = static_cast<int64_t>(figures.before.size());
  const auto now = static_cast<int64_t>(figures.now.size());
  if (figures.in_lan > 0) {
    table.Set(row, kInLan, domain::Count(figures.in_lan), CellStyle::kCount);
  }
  table.Set(row, kBefore, domain::Count(before), CellStyle::kCount);
  table.Set(row, kNow, domain::Count(now), CellStyle::kCount);
  table.Set(row, kChange, domain::Count(now - before), CellStyle::kChange);
  table.Set(row, kVerksamheter, domain::Count(figures.verksamheter), CellStyle::kCount);
}

// By länskod.
std::map<std::string_view, Figures> FiguresByLan(const std::vector<Verksamhet>& verksamheter,
                                                 int year) {
  std::map<std::string_view, Figures> figures;
  for (const Lan& lan : AllLan()) {
    figures[lan.lanskod].in_lan = static_cast<int64_t>(KommunerOfLan(lan.lanskod).size());
  }
  for (const Verksamhet& verksamhet : verksamheter) {
    auto it = figures.find(name::LanskodOf(verksamhet.path));
    if (it != figures.end()) Count(verksamhet, year, it->second);
  }
  return figures;
}

void AddNation(TableBuilder& table, const std::vector<Verksamhet>& verksamheter, int year) {
  const auto by_lan = FiguresByLan(verksamheter, year);
  Figures total;
  for (const Lan* lan : LanByName()) {
    const Figures& figures = by_lan.at(lan->lanskod);
    table.AddRow(std::string(lan->lanskod), std::string(lan->short_name));
    SetRow(table, lan->lanskod, figures);
    AddSources(table, lan->lanskod, {name::CountyPath(lan->lanskod), year});
    total.in_lan += figures.in_lan;
    total.before.insert(figures.before.begin(), figures.before.end());
    total.now.insert(figures.now.begin(), figures.now.end());
    total.verksamheter += figures.verksamheter;
  }
  table.AddRow("totalt", "Totalt");
  SetRow(table, "totalt", total);
  AddSources(table, "totalt", {std::string(name::kNationPath), year});
}

void AddLan(TableBuilder& table, const std::vector<Verksamhet>& verksamheter, const Scope& scope) {
  const std::string lanskod(scope.Lanskod());
  table.AddRow(lanskod, std::string(FindLan(lanskod)->short_name));
  SetRow(table, lanskod, FiguresByLan(verksamheter, scope.year).at(lanskod));
  AddSources(table, lanskod, scope);
}

// Below a län: one row, without the number of kommuner in the län.
void AddVerksamhet(TableBuilder& table, const std::vector<Verksamhet>& verksamheter,
                   const Scope& scope) {
  const std::string row(name::LastSegmentOf(scope.path));
  Figures figures;
  for (const Verksamhet& verksamhet : verksamheter) Count(verksamhet, scope.year, figures);
  const bool is_one = !verksamheter.empty() && verksamheter.front().path == scope.path &&
                      !verksamheter.front().namn.empty();
  table.AddRow(row, is_one ? verksamheter.front().namn : row);
  SetRow(table, row, figures);
  AddSources(table, row, scope);
}

}  // namespace

absl::StatusOr<TableBuilder> ComputeKommuner(StateView& view, const Scope& scope,
                                             const Published&) {
  const std::string year = std::to_string(scope.year);
  const std::string before = std::to_string(scope.year - 1);
  TableBuilder table("kommuner",
                     "Antal kommuner och verksamheter i respektive län som erbjuder personligt "
                     "ombud " +
                         year,
                     {{kInLan, "Antal kommuner i respektive län"},
                      {kBefore, "Antal kommuner som erbjöd PO " + before},
                      {kNow, "Antal kommuner som erbjöd PO " + year},
                      {kChange, "Förändring jämfört med " + before},
                      {kVerksamheter, "Antal verksamheter " + year}});
  absl::StatusOr<std::vector<Verksamhet>> verksamheter = VerksamheterUnder(view, scope.path);
  if (!verksamheter.ok()) return verksamheter.status();
  if (scope.IsNation()) {
    AddNation(table, *verksamheter, scope.year);
  } else if (scope.IsLan()) {
    AddLan(table, *verksamheter, scope);
  } else {
    AddVerksamhet(table, *verksamheter, scope);
  }
  table.AddNote("Källa: länsstyrelsernas fördelning av kommuner på verksamheter " + year + ".");
  return table;
}

}  // namespace liggare::domain
