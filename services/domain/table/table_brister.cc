// Systembrister (lägesrapporten, bilaga 1): which, where, how many län and
// verksamheter have them, in which order, and what became of them.
#include <algorithm>
#include <string>
#include <vector>

#include "services/domain/figure/heading.h"
#include "services/domain/place/natural_order.h"
#include "services/domain/register/brist_register.h"
#include "services/domain/table/report_figures.h"
#include "services/domain/table/table_compute.h"

namespace liggare::domain {
namespace {

// brist/se/17/4: se_17_4
std::string RowId(const Brist& brist) {
  std::string id = brist.subject.substr(brist.subject.find('/') + 1);
  std::replace(id.begin(), id.end(), '/', '_');
  return id;
}

int64_t OpenRequests(const Brist& brist) {
  return std::count_if(brist.aterkoppling.begin(), brist.aterkoppling.end(),
                       [](const Aterkoppling& request) { return !request.is_given(); });
}

void AddRow(TableBuilder& table, const Brist& brist, const Scope& scope) {
  const std::string row = RowId(brist);
  table.AddRow(row, brist.rubrik);
  table.SetText(row, "omrade", std::string(LabelOf(BristOmradeHeadings(), brist.omrade)));
  table.SetText(row, "niva", std::string(LabelOf(BristNivaHeadings(), brist.niva)));
  const auto set = [&](const char* column, int64_t count) {
    table.Set(row, column, Count(count), CellStyle::kCount);
    table.AddSource(row, column, {SubjectKind::kBrist, scope.year, "", brist.subject});
  };
  set("verksamheter", static_cast<int64_t>(brist.verksamheter.size()));
  set("lan", static_cast<int64_t>(brist.lan.size()));
  if (auto rang = brist.rang.find(scope.path); rang != brist.rang.end()) {
    set("prioritet", rang->second);
  }
  set("atgarder", brist.atgarder);
  set("vantar", OpenRequests(brist));
  table.SetText(row, "avhjalpt", brist.is_remedied ? "ja" : "nej");
}

// Those with a place in the scope's order first, then what most län have.
bool ComesBefore(const Brist& a, const Brist& b, const std::string& scope) {
  const auto rank = [&](const Brist& brist) {
    auto it = brist.rang.find(scope);
    return it == brist.rang.end() ? INT64_MAX : it->second;
  };
  if (rank(a) != rank(b)) return rank(a) < rank(b);
  if (a.lan.size() != b.lan.size()) return a.lan.size() > b.lan.size();
  return ComesBeforeByNumber(a.subject, b.subject);
}

}  // namespace

absl::StatusOr<TableBuilder> ComputeBrister(StateView& view, const Scope& scope, const Published&) {
  absl::StatusOr<std::vector<Brist>> brister = BristerOf(view, scope);
  if (!brister.ok()) return brister.status();
  std::sort(brister->begin(), brister->end(),
            [&](const Brist& a, const Brist& b) { return ComesBefore(a, b, scope.path); });
  TableBuilder table("brister", "Systembrister " + std::to_string(scope.year),
                     {{"omrade", "Område"},
                      {"niva", "Nivå"},
                      {"verksamheter", "Antal verksamheter"},
                      {"lan", "Antal län"},
                      {"prioritet", "Prioritet"},
                      {"atgarder", "Åtgärder"},
                      {"vantar", "Väntar på återkoppling"},
                      {"avhjalpt", "Avhjälpt"}});
  for (const Brist& brist : *brister) AddRow(table, brist, scope);
  table.AddNote("Källa: verksamheternas rapporter om brister " + std::to_string(scope.year) + ".");
  return table;
}

}  // namespace liggare::domain
