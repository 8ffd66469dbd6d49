#include "services/domain/publish/count_reach.h"

#include <algorithm>
#include <cstdlib>

namespace liggare::domain {

bool CountReach::Add(const CountTree& tree, int up, std::span<const ChangedCell> cells,
                     int64_t enough) {
  const bool went_up = up_.Go(tree, cells, up, enough);
  const bool went_down = down_.Go(tree, cells, -up, enough);
  return went_up || went_down;
}

bool CountReach::Way::Go(const CountTree& tree, std::span<const ChangedCell> cells, int sign,
                         int64_t enough) {
  int64_t times = enough;
  for (const ChangedCell& cell : cells) {
    if (cell.by * sign > 0) continue;
    const auto it = added.find({cell.node, cell.cell});
    const int64_t persons =
        tree.PersonsIn(cell.node, cell.cell) + (it == added.end() ? 0 : it->second);
    times = std::min(times, (persons - 1) / std::abs(cell.by));
  }
  if (times <= 0) return false;
  for (const ChangedCell& cell : cells) added[{cell.node, cell.cell}] += times * cell.by * sign;
  steps += times;
  return true;
}

}  // namespace liggare::domain
