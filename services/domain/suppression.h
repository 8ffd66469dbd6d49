// Which counts of persons are withheld from publication, so that no small one is told
// or can be computed from the others (cell suppression with complements).
//
// Counts stand in a tree of nodes (nation, län, verksamhet, unit). Every leaf counts
// persons by two features, rows and columns; every node has the sum of its children,
// and every row and column a total:
//
//            18–29  30–49  Totalt          a cell of a node, for each row or all,
//   man        12      1     13            for each column or all
//   kvinna     30     20     50
//   Totalt     42     21     63            with one column: no total of the columns
//
// What an outsider knows: all cells that are not withheld; that sums are sums; and
// that every withheld cell is at least 1, because a 0 is always shown. Promise: for
// every small cell (1 to smallest - 1) of every node there are, by this knowledge, at
// least `smallest` different values that it may have, one of them no longer small.
//
// It is kept by a witness: moves, each a person more at some places and one fewer at
// others, that leave every shown cell as it is and, done one after the other, every
// withheld one at least 1, while the small one takes so many values. A witness that is
// found proves the promise. Only moves of two to eight places are looked for, so more
// may be withheld than must be, but never less.
//
// A node is decided after those below it, and from nothing else. So every tier that
// holds a subtree withholds the same in it, and what is published below never has to
// be taken back. Deterministic; pure.
#ifndef SERVICES_DOMAIN_SUPPRESSION_H_
#define SERVICES_DOMAIN_SUPPRESSION_H_

#include <cstddef>
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
  int CellOf(int row, int column) const;
  int64_t Persons(int node, int row, int column) const { return cells_[node][CellOf(row, column)]; }
  int64_t PersonsIn(int node, int cell) const { return cells_[node][cell]; }

 private:
  int rows_;
  int columns_;
  std::vector<int> parents_;
  std::vector<std::vector<int64_t>> cells_;  // By node.
};

class Suppression {
 public:
  // `smallest` must be at least 2.
  Suppression(const CountTree& tree, int64_t smallest);

  bool IsWithheld(int node, int cell) const { return withheld_[node][cell]; }

 private:
  std::vector<std::vector<bool>> withheld_;  // By node and cell.
};

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_SUPPRESSION_H_
