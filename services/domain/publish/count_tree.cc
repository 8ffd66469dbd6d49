#include "services/domain/publish/count_tree.h"

#include "services/domain/figure/figure.h"

namespace liggare::domain {
namespace {

void AddTo(int64_t& sum, int64_t persons) { sum = AddFigure(sum, persons); }

}  // namespace

int CountTree::AddNode(int parent) {
  parents_.push_back(parent);
  cells_.emplace_back(cells_per_node(), 0);
  return node_count() - 1;
}

int CountTree::TotalsOf(int cell) const {
  const int width = columns_ == 1 ? 1 : columns_ + 1;
  const bool is_of_rows = cell / width == rows_;
  const bool is_of_columns = width > 1 && cell % width == columns_;
  return (is_of_rows ? 1 : 0) + (is_of_columns ? 1 : 0);
}

void CountTree::Add(int node, int row, int column, int64_t persons) {
  for (int at = node; at != kNoParent; at = parents_[at]) {
    for (const int r : {row, rows_}) {
      AddTo(cells_[at][CellOf(r, column)], persons);
      if (columns_ > 1) AddTo(cells_[at][CellOf(r, columns_)], persons);
    }
  }
}

}  // namespace liggare::domain
