// How far moves, done one after the other, take one cell of a CountTree up and down while
// every cell stays at least 1.
#ifndef SERVICES_DOMAIN_PUBLISH_COUNT_REACH_H_
#define SERVICES_DOMAIN_PUBLISH_COUNT_REACH_H_

#include <cstdint>
#include <map>
#include <span>
#include <utility>

#include "services/domain/publish/count_move.h"

namespace liggare::domain {

class CountReach {
 public:
  // Does the move that changes these cells as often as it can be done, and as it can be
  // undone, at most `enough` times. False if neither is possible. `up` is how it changes
  // the cell: 1 or -1, whatever the amount.
  bool Add(const CountTree& tree, int up, std::span<const ChangedCell> cells, int64_t enough);
  // How many values the cell takes.
  int64_t Values() const { return up_.steps + down_.steps + 1; }

 private:
  struct Way {
    int64_t steps = 0;
    std::map<std::pair<int, int>, int64_t> added = {};  // By node and cell.

    bool Go(const CountTree& tree, std::span<const ChangedCell> cells, int sign, int64_t enough);
  };
  Way up_;
  Way down_;
};

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_PUBLISH_COUNT_REACH_H_
