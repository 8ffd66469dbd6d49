// Counts of persons in a tree of nodes (nation, län, verksamhet, unit). Every leaf counts
// persons by two features, rows and columns; every node has the sum of its children,
// and every row and column a total:
//
//            18–29  30–49  Totalt          a cell of a node, for each row or all,
//   man        12      1     13            for each column or all
//   kvinna     30     20     50
//   Totalt     42     21     63            with one column: no total of the columns
#ifndef SERVICES_DOMAIN_PUBLISH_COUNT_TREE_H_
#define SERVICES_DOMAIN_PUBLISH_COUNT_TREE_H_

#include <cstdint>
#include <vector>

namespace liggare::domain {

class CountTree {
 public:
  static constexpr int kNoParent = -1;

  // How many rows and columns there are, without the totals.
  CountTree(int rows, int columns) : rows_(rows), columns_(columns) {}

  // A node; its parent must be there. Returns its number, counted from 0.
  int AddNode(int parent);
  // Adds persons to a node that has no children.
  void Add(int node, int row, int column, int64_t persons);

  int node_count() const { return static_cast<int>(parents_.size()); }
  int parent(int node) const { return parents_[node]; }
  int rows() const { return rows_; }
  int columns() const { return columns_; }
  // Of one node. `row` may be rows(), `column` columns(): all of them. With one column,
  // all of them are that one.
  int cells_per_node() const { return (rows_ + 1) * (columns_ == 1 ? 1 : columns_ + 1); }
  int CellOf(int row, int column) const {
    return columns_ == 1 ? row : row * (columns_ + 1) + column;
  }
  // Of how many of the two features the cell is a total.
  int TotalsOf(int cell) const;
  int64_t Persons(int node, int row, int column) const { return cells_[node][CellOf(row, column)]; }
  int64_t PersonsIn(int node, int cell) const { return cells_[node][cell]; }

 private:
  int rows_;
  int columns_;
  std::vector<int> parents_;
  std::vector<std::vector<int64_t>> cells_;  // By node.
};

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_PUBLISH_COUNT_TREE_H_
