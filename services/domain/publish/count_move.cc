#include "services/domain/publish/count_move.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace liggare::domain {

CountMove::CountMove(std::initializer_list<PlaceChange> changes) : size_(changes.size()) {
  if (size_ > kCapacity) std::abort();
  std::copy(changes.begin(), changes.end(), changes_.begin());
}

CountMove CountMove::WithOpposite(int leaf) const {
  if (2 * size_ > kCapacity) std::abort();
  CountMove both = *this;
  for (const PlaceChange& change : *this) {
    both.changes_[both.size_++] = {leaf, change.row, change.column, -change.sign};
  }
  return both;
}

std::vector<CountMove> MovesFrom(const CountTree& tree, const PlaceChange& place) {
  const auto& [leaf, row, column, sign] = place;
  std::vector<CountMove> moves = {{place}};
  for (int r = 0; r < tree.rows(); ++r) {
    for (int c = 0; c < tree.columns(); ++c) {
      if (r == row && c == column) continue;
      moves.push_back({place, {leaf, r, c, -sign}});
      if (r == row || c == column) continue;
      moves.push_back({place, {leaf, row, c, -sign}, {leaf, r, column, -sign}, {leaf, r, c, sign}});
    }
  }
  return moves;
}

ChangedCells::ChangedCells(const CountTree& tree)
    : tree_(tree), by_(static_cast<size_t>(tree.node_count()) * tree.cells_per_node(), 0) {}

int& ChangedCells::SumOf(int node, int cell) {
  return by_[static_cast<size_t>(node) * tree_.cells_per_node() + cell];
}

void ChangedCells::Add(int node, int cell, int by) {
  int& sum = SumOf(node, cell);
  if (sum == 0) cells_.push_back({node, cell, 0});
  sum += by;
}

std::span<const ChangedCell> ChangedCells::Of(int node, const CountMove& move) {
  cells_.clear();
  for (const PlaceChange& change : move) {
    for (int at = change.leaf;; at = tree_.parent(at)) {
      for (const int row : {change.row, tree_.rows()}) {
        Add(at, tree_.CellOf(row, change.column), change.sign);
        if (tree_.columns() > 1) Add(at, tree_.CellOf(row, tree_.columns()), change.sign);
      }
      if (at == node) break;
    }
  }
  size_t kept = 0;
  for (const ChangedCell& touched : cells_) {
    // One that was back at 0 meanwhile stands here twice: the first takes the sum.
    const int by = std::exchange(SumOf(touched.node, touched.cell), 0);
    if (by != 0) cells_[kept++] = {touched.node, touched.cell, by};
  }
  cells_.resize(kept);
  return cells_;
}

}  // namespace liggare::domain
