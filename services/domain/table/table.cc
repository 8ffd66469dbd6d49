#include "services/domain/table/table.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "proto/error/error.h"
#include "proto/name/node_path.h"
#include "services/domain/place/kommun.h"
#include "services/domain/place/subject.h"
#include "services/domain/place/table_id.h"
#include "services/domain/rapport/field_sum.h"
#include "services/domain/state/state_proto.h"
#include "services/domain/table/report_figures.h"
#include "services/domain/table/table_compute.h"

namespace liggare::domain {
namespace {

struct Entry {
  std::string_view id;
  ComputeFn* compute;
  std::string_view of;  // What is missing where there is nothing to compute from.
};

// In the order of the lägesrapport.
constexpr std::array kTables =
    std::to_array<Entry>({{"budget", ComputeBudget, "Uppgifter om bidraget"},
                          {"kommuner", ComputeKommuner, "Uppgifter om verksamheterna"},
                          {"ombud", ComputeOmbud, kReports},
                          {"handledning", ComputeHandledning, kReports},
                          {"klienter", ComputeKlienter, kReports},
                          {"kon", ComputeKon, kReports},
                          {"barn", ComputeBarn, kReports},
                          {"kontaktorsaker", ComputeKontaktorsaker, kReports},
                          {"vantetider", ComputeVantetider, kReports},
                          {"prioritering", ComputePrioritering, kReports},
                          {"utforare", ComputeUtforare, kReports},
                          {"ledningsgrupper", ComputeLedningsgrupper, kReports},
                          {"brister", ComputeBrister, "Rapporter om brister"},
                          {"avvikelser", ComputeAvvikelser, kReports},
                          {"enheter", ComputeEnheter, kReports}});

// A table without a row here, or a row without a name there, does not compile.
static_assert(std::ranges::equal(kTables, kTableIds, {}, &Entry::id));

std::string AllIds() {
  std::string all;
  for (std::string_view id : kTableIds) {
    if (!all.empty()) all += ", ";
    all += id;
  }
  return all;
}

// The states that a source speaks of.
absl::StatusOr<std::vector<ScopedState>> StatesOf(StateView& view, const CellSource& source,
                                                  const Scope& scope) {
  const Scope of{scope.path, source.year};
  switch (source.kind) {
    case SubjectKind::kRapport:
      return ReportsOf(view, of);
    case SubjectKind::kBidrag:
      return GrantsOf(view, of);
    case SubjectKind::kBrist:
      return StatesWithPrefix(view, source.path);
    case SubjectKind::kVerksamhet:
      return StatesWithPrefix(view, VerksamhetSubject(scope.path));
    case SubjectKind::kRekvisition:
      return StatesWithPrefix(view, RekvisitionSubject(source.year, scope.Lanskod()));
    default:
      return StatesWithPrefix(view, AnslagSubject(source.year));
  }
}

void AddFields(const ScopedState& scoped, const CellSource& source,
               v1::ExplainCellResponse& response) {
  for (const auto& [path, field] : scoped.state->fields) {
    if (!HasValue(field.value) || !MatchesPattern(path, source.pattern)) continue;
    v1::ExplainedField& explained = *response.add_fields();
    explained.set_subject(scoped.subject);
    explained.mutable_field()->set_path(path);
    *explained.mutable_field()->mutable_value() = ToProto(field.value);
    *explained.mutable_field()->mutable_set_by() = EventRefOf(*scoped.state, field.set_by);
  }
}

bool IsOfPath(const ScopedState& scoped, const CellSource& source) {
  if (source.path.empty() || source.kind == SubjectKind::kBrist) return true;
  return name::IsAtOrBelow(scoped.about, source.path);
}

// Cells that nothing was reported for are left absent, and a note says what is missing.
absl::Status LeaveOutUnreported(StateView& view, const Scope& scope, const Entry& entry,
                                TableBuilder& table) {
  std::map<std::tuple<SubjectKind, int, std::string>, bool> known;
  const auto is_there = [&](const CellSource& source) -> absl::StatusOr<bool> {
    if (source.kind == SubjectKind::kBrist) return true;  // It is the row itself.
    CellSource of = source;
    // Of a register, 0 is a count, unless nobody stands in it.
    if (of.kind == SubjectKind::kVerksamhet) of.path.clear();
    const auto [it, is_new] = known.try_emplace({of.kind, of.year, of.path}, false);
    if (!is_new) return it->second;
    const auto states = StatesOf(view, of, scope);
    if (!states.ok()) return states.status();
    it->second = std::any_of(states->begin(), states->end(),
                             [&](const ScopedState& one) { return IsOfPath(one, of); });
    return it->second;
  };
  const auto is_any_there = table.LeaveOutUnless(is_there);
  if (!is_any_there.ok()) return is_any_there.status();
  bool is_missing = !*is_any_there;
  if (entry.of == kReports) {  // It may show other years beside its own.
    const auto reports = ReportsOf(view, scope);
    if (!reports.ok()) return reports.status();
    is_missing = reports->empty();
  }
  if (is_missing) table.AddNote(MissingNote(entry.of, {scope.year}));
  return absl::OkStatus();
}

// The table with its sources, and with what was published beside it.
absl::StatusOr<TableBuilder> Build(StateView& view, std::string_view table, const Scope& scope) {
  for (const Entry& entry : kTables) {
    if (entry.id != table) continue;
    if (absl::Status status = CheckScope(scope); !status.ok()) return status;
    absl::StatusOr<Published> published = Published();
    if (scope.IsNation()) published = Published::Of(view, table, scope.year);
    if (!published.ok()) return published.status();
    absl::StatusOr<TableBuilder> builder = entry.compute(view, scope, *published);
    if (!builder.ok()) return builder;
    if (absl::Status status = LeaveOutUnreported(view, scope, entry, *builder); !status.ok()) {
      return status;
    }
    builder->AddPublished(*published);
    return builder;
  }
  return MakeError(v1::ERROR_CODE_NOT_FOUND,
                   {.message = "there is no table \"" + std::string(table) + "\"",
                    .field = "table",
                    .expected = AllIds()});
}

std::string LabelOfScope(const Scope& scope) {
  if (scope.IsNation()) return "Riket";
  return scope.IsLan() ? std::string(FindLan(scope.Lanskod())->name) : scope.path;
}

}  // namespace

bool IsOfReports(std::string_view table) {
  return std::any_of(kTables.begin(), kTables.end(), [table](const Entry& entry) {
    return entry.id == table && entry.of == kReports;
  });
}

absl::StatusOr<v1::GetTableResponse> ComputeTable(StateView& view, std::string_view table,
                                                  const Scope& scope) {
  absl::StatusOr<TableBuilder> builder = Build(view, table, scope);
  if (!builder.ok()) return builder.status();
  v1::GetTableResponse response = builder->Take();
  response.set_scope(scope.path);
  response.set_scope_label(LabelOfScope(scope));
  return response;
}

absl::StatusOr<v1::ExplainCellResponse> ExplainCell(StateView& view, std::string_view table,
                                                    const Scope& scope, const CellName& cell) {
  absl::StatusOr<TableBuilder> builder = Build(view, table, scope);
  if (!builder.ok()) return builder.status();
  if (!builder->HasRow(cell.row) || !builder->HasColumn(cell.column)) {
    const bool is_row = builder->HasRow(cell.row);
    return MakeError(v1::ERROR_CODE_NOT_FOUND,
                     {.message = "the table has no " +
                                 (is_row ? "column \"" + cell.column : "row \"" + cell.row) + "\"",
                      .field = is_row ? "column" : "row",
                      .expected = is_row ? builder->ColumnIds() : builder->RowIds()});
  }
  v1::ExplainCellResponse response;
  for (const CellSource& source : builder->SourcesOf(cell.row, cell.column)) {
    absl::StatusOr<std::vector<ScopedState>> states = StatesOf(view, source, scope);
    if (!states.ok()) return states.status();
    for (const ScopedState& scoped : *states) {
      if (IsOfPath(scoped, source)) AddFields(scoped, source, response);
    }
  }
  *response.mutable_cell() = builder->CellOf(cell.row, cell.column);
  return response;
}

}  // namespace liggare::domain
