#include "services/domain/publish/suppression.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <span>
#include <utility>

#include "services/domain/figure/figure.h"
#include "services/domain/publish/count_move.h"
#include "services/domain/publish/count_reach.h"

namespace liggare::domain {
namespace {

struct SmallCell {
  int node;
  int cell;
  std::vector<CountMove> witness = {};
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
      : tree_(tree),
        smallest_(smallest),
        withheld_(withheld),
        changed_(tree),
        leaves_(tree.node_count()) {
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

  // Finds the set of moves that hides the small cell at the lowest cost, and withholds every cell
  // of this node that those moves change.
  void Protect(int node, SmallCell& small) {
    int64_t cost = kNoCost;
    small.witness = Cheapest(node, small, &cost);
    // Withholding all of the node is always enough: what protected the cell below
    // still does, and a node's own places then stand in no shown sum.
    if (cost == kNoCost) std::abort();
    for (const CountMove& move : small.witness) {
      for (const ChangedCell& changed : changed_.Of(node, move)) {
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

  bool IsUsed(int node, int cell, const SmallCell& small) {
    return std::any_of(small.witness.begin(), small.witness.end(), [&](const CountMove& move) {
      const std::span<const ChangedCell> changed = changed_.Of(node, move);
      return std::any_of(changed.begin(), changed.end(), [&](const ChangedCell& one) {
        return one.node == node && one.cell == cell;
      });
    });
  }

  // Finds for every small cell whose witness changes the cell another one, with what
  // is withheld now. False, and nothing is changed, if one has none.
  bool ProtectAllAgain(int node, int cell, std::vector<SmallCell>& small) {
    std::vector<std::pair<SmallCell*, std::vector<CountMove>>> found;
    for (SmallCell& one : small) {
      if (!IsUsed(node, cell, one)) continue;
      int64_t cost = kNoCost;
      std::vector<CountMove> moves = Cheapest(node, one, &cost);
      if (cost > 0) return false;
      found.push_back({&one, std::move(moves)});
    }
    for (auto& [one, moves] : found) one->witness = std::move(moves);
    return true;
  }

  int64_t CostOf(int node, int cell) const {
    constexpr std::array<int64_t, 3> kWeights = {kTotalWeight / 64, kTotalWeight / 16,
                                                 kTotalWeight};
    return kWeights[tree_.TotalsOf(cell)] + tree_.PersonsIn(node, cell);
  }

  // What withholding the rest of the cells costs, all of them of the node; kNoCost if
  // the small cell is not among them, or one must stay as it is.
  int64_t CostOf(int node, const SmallCell& small, std::span<const ChangedCell> cells) const {
    int64_t cost = 0;
    bool changes_it = false;
    for (const ChangedCell& changed : cells) {
      if (tree_.PersonsIn(changed.node, changed.cell) == 0) return kNoCost;
      changes_it |= changed.node == small.node && changed.cell == small.cell;
      if (withheld_[changed.node][changed.cell]) continue;
      if (changed.node != node) return kNoCost;
      cost = AddFigure(cost, CostOf(changed.node, changed.cell));
    }
    return changes_it ? cost : kNoCost;
  }

  // A place of a leaf that can't change, because its count there is shown for good.
  bool IsFixed(int node, int leaf, int row, int column) const {
    const int cell = tree_.CellOf(row, column);
    return tree_.PersonsIn(leaf, cell) == 0 || (leaf != node && !withheld_[leaf][cell]);
  }

  // Which way a move takes the small cell: 1 or -1.
  static int UpOf(const SmallCell& small, std::span<const ChangedCell> cells) {
    const auto of = std::find_if(cells.begin(), cells.end(), [&](const ChangedCell& changed) {
      return changed.node == small.node && changed.cell == small.cell;
    });
    return of != cells.end() && of->by > 0 ? 1 : -1;
  }

  struct Best {
    // Moves that cost nothing, and what they do one after the other.
    std::vector<CountMove> free_moves = {};
    CountReach free_reach = {};
    // The cheapest of those that do it alone.
    std::vector<CountMove> moves = {};
    int64_t cost = kNoCost;
  };

  void Try(int node, const SmallCell& small, const CountMove& move, Best& best) {
    if (best.cost == 0 || ChangesShownTotal(node, move)) return;
    const std::span<const ChangedCell> cells = changed_.Of(node, move);
    const int64_t cost = CostOf(node, small, cells);
    if (cost >= best.cost) return;
    const int up = UpOf(small, cells);
    if (cost > 0) {
      CountReach reach;
      reach.Add(tree_, up, cells, smallest_);
      if (reach.Values() >= smallest_) best.moves = {move}, best.cost = cost;
      return;
    }
    if (!best.free_reach.Add(tree_, up, cells, smallest_)) return;
    best.free_moves.push_back(move);
    if (best.free_reach.Values() >= smallest_) best.moves = best.free_moves, best.cost = 0;
  }

  // What protected the cell below protects it here, where all that it changes is withheld.
  void TryWitness(int node, const SmallCell& small, Best& best) {
    int64_t cost = 0;
    std::vector<std::pair<int, int>> seen;
    for (const CountMove& move : small.witness) {
      for (const ChangedCell& changed : changed_.Of(node, move)) {
        const std::pair<int, int> place(changed.node, changed.cell);
        if (withheld_[changed.node][changed.cell]) continue;
        if (changed.node != node) return;
        if (std::find(seen.begin(), seen.end(), place) != seen.end()) continue;
        seen.push_back(place);
        cost = AddFigure(cost, CostOf(changed.node, changed.cell));
      }
    }
    best.moves = small.witness;
    best.cost = cost;
  }

  bool HasFixed(int node, const CountMove& move) const {
    return std::any_of(move.begin(), move.end(), [&](const PlaceChange& change) {
      return IsFixed(node, change.leaf, change.row, change.column);
    });
  }

  // Whether it changes a total that a leaf below the node shows for good: what most moves
  // fail for, seen before their cells are added up.
  bool ChangesShownTotal(int node, const CountMove& move) const {
    return std::any_of(move.begin(), move.end(), [&](const PlaceChange& at) {
      if (at.leaf == node) return false;
      int of_row = 0;
      int of_column = 0;
      int of_leaf = 0;
      for (const PlaceChange& change : move) {
        if (change.leaf != at.leaf) continue;
        of_leaf += change.sign;
        if (change.row == at.row) of_row += change.sign;
        if (change.column == at.column) of_column += change.sign;
      }
      const auto shows = [&](int row, int column) {
        return !withheld_[at.leaf][tree_.CellOf(row, column)];
      };
      if (of_column != 0 && shows(tree_.rows(), at.column)) return true;
      if (tree_.columns() == 1) return false;
      return (of_row != 0 && shows(at.row, tree_.columns())) ||
             (of_leaf != 0 && shows(tree_.rows(), tree_.columns()));
    });
  }

  void TryFrom(int node, const SmallCell& small, const PlaceChange& place, Best& best) {
    for (const CountMove& move : MovesFrom(tree_, place)) {
      // Of a rectangle the places may be shown only at the node itself.
      if (HasFixed(node, move)) continue;
      Try(node, small, move, best);
      for (const int leaf : leaves_[node]) {
        if (leaf == place.leaf || best.cost == 0) continue;
        const CountMove both = move.WithOpposite(leaf);
        if (!HasFixed(node, both)) Try(node, small, both, best);
      }
    }
    TryAcross(node, small, place, best);
  }

  // With another place of another leaf.
  void TryAcross(int node, const SmallCell& small, const PlaceChange& place, Best& best) {
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
  std::vector<PlaceChange> PlacesOf(const SmallCell& small) const {
    std::vector<PlaceChange> places;
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

  std::vector<CountMove> Cheapest(int node, const SmallCell& small, int64_t* cost) {
    Best best;
    if (!small.witness.empty()) TryWitness(node, small, best);
    for (const PlaceChange& place : PlacesOf(small)) {
      if (best.cost > 0) TryFrom(node, small, place, best);
    }
    *cost = best.cost;
    return std::move(best.moves);
  }

  const CountTree& tree_;
  const int64_t smallest_;
  std::vector<std::vector<bool>>& withheld_;
  ChangedCells changed_;
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
