#include "services/domain/table.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "proto/error/error.h"
#include "services/domain/field_sum.h"
#include "services/domain/kommun.h"
#include "services/domain/node_path.h"
#include "services/domain/state_proto.h"
#include "services/domain/subject.h"
#include "services/domain/table_compute.h"

namespace liggare::domain {
namespace {

struct Entry {
  std::string_view id;
  ComputeFn* compute;
};

// In the order of the lägesrapport.
constexpr std::array kTables = std::to_array<Entry>({{"budget", ComputeBudget},
                                                     {"kommuner", ComputeKommuner},
                                                     {"ombud", ComputeOmbud},
                                                     {"handledning", ComputeHandledning},
                                                     {"klienter", ComputeKlienter},
                                                     {"kon", ComputeKon},
                                                     {"barn", ComputeBarn},
                                                     {"kontaktorsaker", ComputeKontaktorsaker},
                                                     {"vantetider", ComputeVantetider},
                                                     {"prioritering", ComputePrioritering},
                                                     {"utforare", ComputeUtforare},
                                                     {"ledningsgrupper", ComputeLedningsgrupper},
                                                     {"brister", ComputeBrister},
                                                     {"avvikelser", ComputeAvvikelser},
                                                     {"enheter", ComputeEnheter}});

constexpr auto kIds = [] {
  std::array<std::string_view, kTables.size()> ids;
  for (size_t i = 0; i < kTables.size(); ++i) ids[i] = kTables[i].id;
  return ids;
}();

std::string AllIds() {
  std::string all;
  for (std::string_view id : kIds) {
    if (!all.empty()) all += ", ";
    all += id;
  }
  return all;
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
    if (builder.ok()) builder->AddPublished(*published);
    return builder;
  }
  return MakeError(v1::ERROR_CODE_NOT_FOUND,
                   {.message = "there is no table \"" + std::string(table) + "\"",
                    .field = "table",
                    .expected = AllIds()});
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
  return IsAtOrBelow(scoped.about, source.path);
}

std::string LabelOfScope(const Scope& scope) {
  if (scope.IsNation()) return "Riket";
  return scope.IsLan() ? std::string(FindLan(scope.Lanskod())->name) : scope.path;
}

}  // namespace

std::span<const std::string_view> TableIds() { return kIds; }

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
