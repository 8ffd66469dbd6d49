#include "services/domain/table.h"

#include <array>
#include <string>

#include "proto/error/error.h"
#include "services/domain/table_barn.h"
#include "services/domain/table_budget.h"
#include "services/domain/table_klienter.h"
#include "services/domain/table_kommuner.h"

namespace liggare::domain {
namespace {

struct Entry {
  std::string_view id;
  absl::StatusOr<TableBuilder> (*compute)(StateView& view, const Scope& scope,
                                          const Published& published);
};

constexpr std::array<Entry, 4> kTables = {{{"kommuner", ComputeKommuner},
                                           {"klienter", ComputeKlienter},
                                           {"barn", ComputeBarn},
                                           {"budget", ComputeBudget}}};

constexpr std::array<std::string_view, 4> kIds = {kTables[0].id, kTables[1].id, kTables[2].id,
                                                  kTables[3].id};

}  // namespace

std::span<const std::string_view> TableIds() { return kIds; }

absl::StatusOr<v1::GetTableResponse> ComputeTable(StateView& view, std::string_view table,
                                                  const Scope& scope) {
  for (const Entry& entry : kTables) {
    if (entry.id != table) continue;
    if (absl::Status status = CheckScope(scope); !status.ok()) return status;
    absl::StatusOr<Published> published = Published();
    if (scope.IsNation()) published = Published::Of(view, table, scope.year);
    if (!published.ok()) return published.status();
    absl::StatusOr<TableBuilder> builder = entry.compute(view, scope, *published);
    if (!builder.ok()) return builder.status();
    builder->AddPublished(*published);
    return builder->Take();
  }
  return MakeError(v1::ERROR_CODE_NOT_FOUND,
                   {.message = "there is no table \"" + std::string(table) + "\"",
                    .field = "table",
                    .expected = "kommuner, klienter, barn or budget"});
}

}  // namespace liggare::domain
