#include "services/domain/suppression.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <map>
#include <utility>

namespace liggare::domain {

int CountTree::AddNode(int parent) {
  parents_.push_back(parent);
  cells_.emplace_back(cells_per_node(), 0);
  return node_count() - 1;
}

int CountTree::CellOf(int row, int column) const {
  return columns_ == 1 ? row : row * (columns_ + 1) + column;
}

void CountTree::Add(int node, int row, int column, int64_t persons) {
  for (int at = node; at != kNoParent; at = parents_[at]) {
    for (const int r : {row, rows_}) {
      cells_[at][CellOf(r, column)] += persons;
      if (columns_ > 1) cells_[at][CellOf(r, columns_)] += persons;
    }
  }
}

namespace {

// A person more (or fewer, if `sign` is -1) at one place of a leaf.
struct Change {
  int leaf;
  int row;
  int column;
  int sign;
};
// What is added to the persons once or several times. At most eight changes.
using Move = std::vector<Change>;

// A cell that a move changes, and by how much.
struct ChangedCell {
  int node;
  int cell;
  int by;
};

struct SmallCell {
  int node;
  int cell;
  std::vector<Move> witness = {};
};

// How far moves, done one after the other, take a small cell up and down while every
// cell stays at least 1.
class Reach {
 public:
  // Does the move as often as it can be done, and as it can be undone, at most `enough`
  // times. False if neither is possible.
  bool Add(const CountTree& tree, const SmallCell& small, const std::vector<ChangedCell>& cells,
           int64_t enough) {
    int by = 0;
    for (const ChangedCell& cell : cells) {
      if (cell.node == small.node && cell.cell == small.cell) by = cell.by;
    }
    const int up = by > 0 ? 1 : -1;
    const bool went_up = up_.Go(tree, cells, up, enough);
    const bool went_down = down_.Go(tree, cells, -up, enough);
    return went_up || went_down;
  }
  int64_t Values() const { return up_.steps + down_.steps + 1; }

 private:
  struct Way {
    int64_t steps = 0;
    std::map<std::pair<int, int>, int64_t> added = {};  // By node and cell.

    bool Go(const CountTree& tree, const std::vector<ChangedCell>& cells, int sign,
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
  };
  Way up_;
  Way down_;
};

// A cell that is withheld only to protect others is the better, the fewer it is the
// sum of: places first, then totals of a row or column, the total of all last.
constexpr int64_t kTotalWeight = int64_t{1} << 40;

constexpr int64_t kNoCost = std::numeric_limits<int64_t>::max();

// Decides the nodes one by one, those below first.
class SuppressionSearch {
 public:
  SuppressionSearch(const CountTree& tree, int64_t smallest,
                    std::vector<std::vector<bool>>& withheld)
      : tree_(tree), smallest_(smallest), withheld_(withheld), leaves_(tree.node_count()) {
    for (int node = tree.node_count() - 1; node >= 0; --node) {
      if (leaves_[node].empty()) leaves_[node].push_back(node);
      std::sort(leaves_[node].begin(), leaves_[node].end());
      if (tree.parent(node) == CountTree::kNoParent) continue;
      std::vector<int>& above = leaves_[tree.parent(node)];
      above.insert(above.end(), leaves_[node].begin(), leaves_[node].end());
    }
  }

  void Run() {
    small_below_.resize(tree_.node_count());
    for (int node = tree_.node_count() - 1; node >= 0; --node) {
      Decide(node);
      if (const int parent = tree_.parent(node); parent != CountTree::kNoParent) {
        std::vector<SmallCell>& above = small_below_[parent];
        above.insert(above.end(), small_below_[node].begin(), small_below_[node].end());
      }
    }
  }

 private:
  void Decide(int node) {
    std::vector<SmallCell>& small = small_below_[node];
    std::vector<bool> is_small(tree_.cells_per_node(), false);
    for (int cell = 0; cell < tree_.cells_per_node(); ++cell) {
      const int64_t persons = tree_.PersonsIn(node, cell);
      if (persons <= 0 || persons >= smallest_) continue;
      is_small[cell] = true;
      withheld_[node][cell] = true;
      small.push_back({node, cell});
    }
    for (SmallCell& cell : small) Protect(node, cell);
    ShowWhatIsNotNeeded(node, is_small, small);
  }

  // Finds the cheapest witness, and withholds at the node what it changes.
  void Protect(int node, SmallCell& small) {
    int64_t cost = kNoCost;
    small.witness = Cheapest(node, small, &cost);
    // Withholding all of the node is always enough: what protected the cell below
    // still does, and a node's own places then stand in no shown sum.
    if (cost == kNoCost) std::abort();
    for (const Move& move : small.witness) {
      for (const ChangedCell& changed : CellsOf(node, move)) {
        withheld_[changed.node][changed.cell] = true;
      }
    }
  }

  // What was withheld for one cell may have become needless by what was withheld for
  // another: the greatest first.
  void ShowWhatIsNotNeeded(int node, const std::vector<bool>& is_small,
                           std::vector<SmallCell>& small) {
    std::vector<std::pair<int64_t, int>> others;
    for (int cell = 0; cell < tree_.cells_per_node(); ++cell) {
      if (withheld_[node][cell] && !is_small[cell]) others.push_back({CostOf(node, cell), cell});
    }
    std::sort(others.rbegin(), others.rend());
    for (const auto& [cost, cell] : others) {
      withheld_[node][cell] = false;
      if (!ProtectAllAgain(node, cell, small)) withheld_[node][cell] = true;
    }
  }

  bool IsUsed(int node, int cell, const SmallCell& small) const {
    return std::any_of(small.witness.begin(), small.witness.end(), [&](const Move& move) {
      const std::vector<ChangedCell> changed = CellsOf(node, move);
      return std::any_of(changed.begin(), changed.end(), [&](const ChangedCell& one) {
        return one.node == node && one.cell == cell;
      });
    });
  }

  // Finds for every small cell whose witness changes the cell another one, with what
  // is withheld now. False, and nothing is changed, if one has none.
  bool ProtectAllAgain(int node, int cell, std::vector<SmallCell>& small) {
    std::vector<std::pair<SmallCell*, std::vector<Move>>> found;
    for (SmallCell& one : small) {
      if (!IsUsed(node, cell, one)) continue;
      int64_t cost = kNoCost;
      std::vector<Move> moves = Cheapest(node, one, &cost);
      if (cost > 0) return false;
      found.push_back({&one, std::move(moves)});
    }
    for (auto& [one, moves] : found) one->witness = std::move(moves);
    return true;
  }

  int64_t CostOf(int node, int cell) const {
    const int width = tree_.columns() == 1 ? 1 : tree_.columns() + 1;
    const int totals = (cell / width == tree_.rows() ? 1 : 0) +
                       (width > 1 && cell % width == tree_.columns() ? 1 : 0);
    constexpr std::array<int64_t, 3> kWeights = {kTotalWeight / 64, kTotalWeight / 16,
                                                 kTotalWeight};
    return kWeights[totals] + tree_.PersonsIn(node, cell);
  }

  // The cells that a move changes in the leaves and above, up to the node.
  std::vector<ChangedCell> CellsOf(int node, const Move& move) const {
    std::vector<ChangedCell> cells;
    for (const Change& change : move) {
      for (int at = change.leaf;; at = tree_.parent(at)) {
        for (const int row : {change.row, tree_.rows()}) {
          cells.push_back({at, tree_.CellOf(row, change.column), change.sign});
          if (tree_.columns() == 1) continue;
          cells.push_back({at, tree_.CellOf(row, tree_.columns()), change.sign});
        }
        if (at == node) break;
      }
    }
    std::sort(cells.begin(), cells.end(), [](const ChangedCell& a, const ChangedCell& b) {
      return std::pair(a.node, a.cell) < std::pair(b.node, b.cell);
    });
    size_t kept = 0;
    for (size_t i = 0; i < cells.size();) {
      ChangedCell sum = cells[i];
      for (++i; i < cells.size() && cells[i].node == sum.node && cells[i].cell == sum.cell; ++i) {
        sum.by += cells[i].by;
      }
      if (sum.by != 0) cells[kept++] = sum;
    }
    cells.resize(kept);
    return cells;
  }

  // What withholding the rest of the cells costs, all of them of the node; kNoCost if
  // the small cell is not among them, or one must stay as it is.
  int64_t CostOf(int node, const SmallCell& small, const std::vector<ChangedCell>& cells) const {
    int64_t cost = 0;
    bool changes_it = false;
    for (const ChangedCell& changed : cells) {
      if (tree_.PersonsIn(changed.node, changed.cell) == 0) return kNoCost;
      changes_it |= changed.node == small.node && changed.cell == small.cell;
      if (withheld_[changed.node][changed.cell]) continue;
      if (changed.node != node) return kNoCost;
      cost += CostOf(changed.node, changed.cell);
    }
    return changes_it ? cost : kNoCost;
  }

  // A place of a leaf that can't change, because its count there is shown for good.
  bool IsFixed(int node, int leaf, int row, int column) const {
    const int cell = tree_.CellOf(row, column);
    return tree_.PersonsIn(leaf, cell) == 0 || (leaf != node && !withheld_[leaf][cell]);
  }

  struct Best {
    // Moves that cost nothing, and what they do one after the other.
    std::vector<Move> free_moves = {};
    Reach free_reach = {};
    // The cheapest of those that do it alone.
    std::vector<Move> moves = {};
    int64_t cost = kNoCost;
  };

  void Try(int node, const SmallCell& small, const Move& move, Best& best) const {
    if (best.cost == 0) return;
    const std::vector<ChangedCell> cells = CellsOf(node, move);
    const int64_t cost = CostOf(node, small, cells);
    if (cost >= best.cost) return;
    if (cost > 0) {
      Reach reach;
      reach.Add(tree_, small, cells, smallest_);
      if (reach.Values() >= smallest_) best.moves = {move}, best.cost = cost;
      return;
    }
    if (!best.free_reach.Add(tree_, small, cells, smallest_)) return;
    best.free_moves.push_back(move);
    if (best.free_reach.Values() >= smallest_) best.moves = best.free_moves, best.cost = 0;
  }

  // What protected the cell below protects it here, where all that it changes is withheld.
  void TryWitness(int node, const SmallCell& small, Best& best) const {
    int64_t cost = 0;
    std::vector<std::pair<int, int>> seen;
    for (const Move& move : small.witness) {
      for (const ChangedCell& changed : CellsOf(node, move)) {
        const std::pair<int, int> place(changed.node, changed.cell);
        if (withheld_[changed.node][changed.cell]) continue;
        if (changed.node != node) return;
        if (std::find(seen.begin(), seen.end(), place) != seen.end()) continue;
        seen.push_back(place);
        cost += CostOf(changed.node, changed.cell);
      }
    }
    best.moves = small.witness;
    best.cost = cost;
  }

  // The moves within one leaf that begin at a place: it alone, with another place,
  // and with three others at the corners of a rectangle.
  std::vector<Move> MovesFrom(int leaf, int row, int column) const {
    std::vector<Move> moves = {{{leaf, row, column, 1}}};
    for (int r = 0; r < tree_.rows(); ++r) {
      for (int c = 0; c < tree_.columns(); ++c) {
        if (r == row && c == column) continue;
        moves.push_back({{leaf, row, column, 1}, {leaf, r, c, -1}});
        if (r == row || c == column) continue;
        moves.push_back(
            {{leaf, row, column, 1}, {leaf, row, c, -1}, {leaf, r, column, -1}, {leaf, r, c, 1}});
      }
    }
    return moves;
  }

  bool HasFixed(int node, const Move& move) const {
    return std::any_of(move.begin(), move.end(), [&](const Change& change) {
      return IsFixed(node, change.leaf, change.row, change.column);
    });
  }

  // The move, and the same undone in another leaf.
  static Move WithOpposite(const Move& move, int leaf) {
    Move both = move;
    for (const Change& change : move) {
      both.push_back({leaf, change.row, change.column, -change.sign});
    }
    return both;
  }

  void TryFrom(int node, const SmallCell& small, const Change& place, Best& best) const {
    for (const Move& move : MovesFrom(place.leaf, place.row, place.column)) {
      // Of a rectangle the places may be shown only at the node itself.
      if (HasFixed(node, move)) continue;
      Try(node, small, move, best);
      for (const int leaf : leaves_[node]) {
        if (leaf == place.leaf || best.cost == 0) continue;
        const Move both = WithOpposite(move, leaf);
        if (!HasFixed(node, both)) Try(node, small, both, best);
      }
    }
    TryAcross(node, small, place, best);
  }

  // With another place of another leaf.
  void TryAcross(int node, const SmallCell& small, const Change& place, Best& best) const {
    for (const int leaf : leaves_[node]) {
      if (leaf == place.leaf) continue;
      for (int row = 0; row < tree_.rows(); ++row) {
        for (int column = 0; column < tree_.columns(); ++column) {
          if (best.cost == 0) return;
          if (IsFixed(node, leaf, row, column)) continue;
          Try(node, small, {place, {leaf, row, column, -1}}, best);
        }
      }
    }
  }

  // The places that a small cell is the sum of: fewer than `smallest` have a person.
  std::vector<Change> PlacesOf(const SmallCell& small) const {
    std::vector<Change> places;
    for (const int leaf : leaves_[small.node]) {
      for (int row = 0; row < tree_.rows(); ++row) {
        for (int column = 0; column < tree_.columns(); ++column) {
          if (tree_.Persons(leaf, row, column) == 0) continue;
          const std::array<int, 4> cells = {
              tree_.CellOf(row, column), tree_.CellOf(tree_.rows(), column),
              tree_.columns() == 1 ? -1 : tree_.CellOf(row, tree_.columns()),
              tree_.columns() == 1 ? -1 : tree_.CellOf(tree_.rows(), tree_.columns())};
          if (std::find(cells.begin(), cells.end(), small.cell) == cells.end()) continue;
          places.push_back({leaf, row, column, 1});
        }
      }
    }
    return places;
  }

  std::vector<Move> Cheapest(int node, const SmallCell& small, int64_t* cost) const {
    Best best;
    if (!small.witness.empty()) TryWitness(node, small, best);
    for (const Change& place : PlacesOf(small)) {
      if (best.cost > 0) TryFrom(node, small, place, best);
    }
    *cost = best.cost;
    return std::move(best.moves);
  }

  const CountTree& tree_;
  const int64_t smallest_;
  std::vector<std::vector<bool>>& withheld_;
  std::vector<std::vector<int>> leaves_;             // At or below a node, by its number.
  std::vector<std::vector<SmallCell>> small_below_;  // At or below it.
};

}  // namespace

Suppression::Suppression(const CountTree& tree, int64_t smallest)
    : withheld_(tree.node_count(), std::vector<bool>(tree.cells_per_node(), false)) {
  if (smallest < 2) std::abort();
  SuppressionSearch(tree, smallest, withheld_).Run();
}

}  // namespace liggare::domain
