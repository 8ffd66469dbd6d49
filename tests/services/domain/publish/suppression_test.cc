// What an outsider can compute from what is shown, against what is withheld.
#include "services/domain/publish/suppression.h"

#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/services/domain/publish/table_attack.h"

namespace liggare::domain {
namespace {

constexpr int64_t kSmallest = 5;

// One node with these persons, row by row.
CountTree Table(int rows, int columns, const std::vector<int64_t>& persons) {
  CountTree tree(rows, columns);
  const int node = tree.AddNode(CountTree::kNoParent);
  for (int i = 0; i < rows * columns; ++i) tree.Add(node, i / columns, i % columns, persons[i]);
  return tree;
}

std::vector<int> WithheldCells(const Suppression& suppression, const CountTree& tree, int node) {
  std::vector<int> cells;
  for (int cell = 0; cell < tree.cells_per_node(); ++cell) {
    if (suppression.IsWithheld(node, cell)) cells.push_back(cell);
  }
  return cells;
}

TEST(SuppressionTest, NothingSmallNothingWithheld) {
  const CountTree tree = Table(2, 2, {10, 0, 0, 5});
  EXPECT_TRUE(WithheldCells(Suppression(tree, kSmallest), tree, 0).empty());
}

TEST(SuppressionTest, ARectangleProtectsOneSmallCell) {
  // 1 20 | 21        .. .. | 21
  // 9 30 | 39   ->   .. .. | 39      and not the total, though it too would do
  // 10 50 | 60       10 50 | 60
  const CountTree tree = Table(2, 2, {1, 20, 9, 30});
  EXPECT_EQ(WithheldCells(Suppression(tree, kSmallest), tree, 0), (std::vector<int>{0, 1, 3, 4}));
}

TEST(SuppressionTest, AZeroIsShownAndProtectsNothing) {
  // 1 8 | 9     The only way on is another person of the first column's total.
  // 0 9 | 9
  const CountTree tree = Table(2, 2, {1, 8, 0, 9});
  const Suppression suppression(tree, kSmallest);
  EXPECT_FALSE(suppression.IsWithheld(0, tree.CellOf(1, 0)));
  EXPECT_TRUE(suppression.IsWithheld(0, tree.CellOf(0, 0)));
  EXPECT_TRUE(suppression.IsWithheld(0, tree.CellOf(2, 0)));
  EXPECT_GE(TableAttack(tree, suppression).RangeOf(0, 0).Values(), kSmallest);
}

TEST(SuppressionTest, TheThresholdDecidesWhatIsSmall) {
  const CountTree tree = Table(3, 1, {4, 20, 30});
  EXPECT_TRUE(WithheldCells(Suppression(tree, 4), tree, 0).empty());
  EXPECT_EQ(WithheldCells(Suppression(tree, 5), tree, 0), (std::vector<int>{0, 1}));
}

// The attack finds what must not be found, or it would prove nothing.
TEST(SuppressionTest, TheAttackFindsThePersonInTheReportOfStockholm) {
  // Söderort 2024 as printed: 105 women, 64 men, 170 in all, and a third group unsaid.
  CountTree tree(3, 1);
  const int node = tree.AddNode(CountTree::kNoParent);
  tree.Add(node, 0, 0, 64);
  tree.Add(node, 1, 0, 105);
  tree.Add(node, 2, 0, 1);
  std::vector<std::vector<bool>> withheld = {{false, false, true, false}};
  const TableAttack attack(tree, withheld);
  EXPECT_EQ(attack.RangeOf(node, 2).first, 1);
  EXPECT_EQ(attack.RangeOf(node, 2).last, 1);
  EXPECT_TRUE(attack.IsDetermined(node, 2));
}

TEST(SuppressionTest, ASmallUnitIsProtectedInItsCityToo) {
  // Stockholm's units 2024; the third column is the klient whom the total tells.
  const int64_t units[][3] = {{64, 105, 1}, {76, 134, 0}, {12, 39, 0}, {30, 15, 0}, {50, 72, 0}};
  CountTree tree(3, 1);
  const int city = tree.AddNode(CountTree::kNoParent);
  for (const auto& unit : units) {
    const int node = tree.AddNode(city);
    for (int row = 0; row < 3; ++row) tree.Add(node, row, 0, unit[row]);
  }
  EXPECT_EQ(tree.PersonsIn(city, 3), 598);
  const Suppression suppression(tree, kSmallest);
  const TableAttack attack(tree, suppression);
  for (const int node : {city, city + 1}) {
    EXPECT_TRUE(suppression.IsWithheld(node, 2));
    EXPECT_FALSE(suppression.IsWithheld(node, 3)) << "totals can stand";
    EXPECT_FALSE(attack.IsDetermined(node, 2));
    EXPECT_GE(attack.RangeOf(node, 2).Values(), kSmallest);
  }
  for (int node = city + 2; node < tree.node_count(); ++node) {
    EXPECT_TRUE(WithheldCells(suppression, tree, node).empty()) << node;
  }
}

TEST(SuppressionTest, AnOnlyChildIsWithheldAsItsParent) {
  CountTree tree(2, 1);
  const int lan = tree.AddNode(CountTree::kNoParent);
  const int verksamhet = tree.AddNode(lan);
  tree.Add(verksamhet, 0, 0, 2);
  tree.Add(verksamhet, 1, 0, 40);
  const Suppression suppression(tree, kSmallest);
  EXPECT_EQ(WithheldCells(suppression, tree, lan), WithheldCells(suppression, tree, verksamhet));
}

// Random trees of two to four tiers.
class RandomTree {
 public:
  RandomTree(uint64_t seed, int nodes_max, int64_t persons_max)
      : random_(seed), tree_(Draw(2, 3), Draw(1, 4)) {
    const int nodes = Draw(1, nodes_max);
    std::vector<bool> has_children(nodes, false);
    for (int node = 0; node < nodes; ++node) {
      const int parent = node == 0 ? CountTree::kNoParent : Draw(0, node - 1);
      if (parent >= 0) has_children[parent] = true;
      tree_.AddNode(parent);
    }
    for (int node = 0; node < nodes; ++node) {
      if (!has_children[node]) Fill(node, persons_max);
    }
  }
  const CountTree& tree() const { return tree_; }

 private:
  int Draw(int first, int last) { return std::uniform_int_distribution<int>(first, last)(random_); }
  void Fill(int node, int64_t persons_max) {
    for (int row = 0; row < tree_.rows(); ++row) {
      for (int column = 0; column < tree_.columns(); ++column) {
        const int kind = Draw(0, 3);  // Many zeros, many small ones.
        const int64_t persons = kind == 0   ? 0
                                : kind == 1 ? Draw(1, 6)
                                            : Draw(1, static_cast<int>(persons_max));
        if (persons > 0) tree_.Add(node, row, column, persons);
      }
    }
  }
  std::mt19937_64 random_;
  CountTree tree_;
};

// By elimination and by narrowing: no outsider finds a withheld figure.
TEST(SuppressionTest, NoWithheldFigureOfARandomTreeCanBeComputed) {
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const RandomTree random(seed, 12, 60);
    const CountTree& tree = random.tree();
    const Suppression suppression(tree, kSmallest);
    const TableAttack attack(tree, suppression);
    for (int node = 0; node < tree.node_count(); ++node) {
      for (int cell = 0; cell < tree.cells_per_node(); ++cell) {
        const int64_t persons = tree.PersonsIn(node, cell);
        const bool is_small = persons > 0 && persons < kSmallest;
        ASSERT_TRUE(!is_small || suppression.IsWithheld(node, cell));
        ASSERT_FALSE(persons == 0 && suppression.IsWithheld(node, cell));
        if (!suppression.IsWithheld(node, cell)) continue;
        ASSERT_FALSE(attack.IsDetermined(node, cell)) << node << " " << cell;
        const Range range = attack.RangeOf(node, cell);
        ASSERT_LE(range.first, persons);
        ASSERT_GE(range.last, persons);
        ASSERT_GT(range.Values(), 1) << node << " " << cell;
        ASSERT_TRUE(!is_small || range.Values() >= kSmallest) << node << " " << cell;
      }
    }
  }
}

// Every way to fill in what is withheld, for trees that are small enough: exactly what
// an outsider with unlimited time knows.
TEST(SuppressionTest, EverySmallFigureMayHaveManyValues) {
  int64_t tried = 0;
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const RandomTree random(seed, 3, 9);
    const CountTree& tree = random.tree();
    const Suppression suppression(tree, kSmallest);
    const TableAttack attack(tree, suppression);
    for (int node = 0; node < tree.node_count(); ++node) {
      for (int cell = 0; cell < tree.cells_per_node(); ++cell) {
        const int64_t persons = tree.PersonsIn(node, cell);
        if (persons == 0 || persons >= kSmallest) continue;
        const std::optional<int64_t> values = attack.PossibleValues(node, cell, kSmallest);
        if (!values) continue;  // Too many ways to try.
        ++tried;
        ASSERT_GE(*values, kSmallest) << node << " " << cell;
      }
    }
  }
  EXPECT_GT(tried, 1000);
}

// A node that is upgraded must withhold what it withheld before, or the two publications
// tell together what neither does. Whoever changes this pattern changes a promise.
TEST(SuppressionTest, ThePatternStaysAsItWas) {
  CountTree tree(3, 4);
  const int nation = tree.AddNode(CountTree::kNoParent);
  for (int lan = 0; lan < 4; ++lan) tree.AddNode(nation);
  uint32_t draw = 1;
  for (int i = 0; i < 15; ++i) {
    const int leaf = tree.AddNode(1 + i % 4);
    for (int row = 0; row < 3; ++row) {
      for (int column = 0; column < 4; ++column) {
        draw = draw * 1'664'525U + 1'013'904'223U;
        const uint32_t below = (draw >> 8) % 3 == 0 ? 6 : 45;
        tree.Add(leaf, row, column, (draw >> 16) % below);
      }
    }
  }
  const Suppression suppression(tree, kSmallest);
  int withheld = 0;
  uint64_t fingerprint = 14'695'981'039'346'656'037ULL;  // FNV-1a
  for (int node = 0; node < tree.node_count(); ++node) {
    for (int cell = 0; cell < tree.cells_per_node(); ++cell) {
      const bool is_withheld = suppression.IsWithheld(node, cell);
      withheld += is_withheld ? 1 : 0;
      fingerprint = (fingerprint ^ (is_withheld ? 1 : 0)) * 1'099'511'628'211ULL;
    }
  }
  EXPECT_EQ(withheld, 170);
  EXPECT_EQ(fingerprint, 0x381ff42921e4933dULL);
}

TEST(SuppressionTest, ASubtreeIsWithheldByItselfAsWithinTheWhole) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const RandomTree random(seed, 1, 40);  // One node: a län of one leaf.
    const CountTree& alone = random.tree();
    CountTree whole(alone.rows(), alone.columns());
    const int nation = whole.AddNode(CountTree::kNoParent);
    const int lan = whole.AddNode(nation);
    const int other = whole.AddNode(nation);
    for (int row = 0; row < alone.rows(); ++row) {
      for (int column = 0; column < alone.columns(); ++column) {
        whole.Add(lan, row, column, alone.Persons(0, row, column));
        whole.Add(other, row, column, 7);
      }
    }
    EXPECT_EQ(WithheldCells(Suppression(alone, kSmallest), alone, 0),
              WithheldCells(Suppression(whole, kSmallest), whole, lan));
  }
}

}  // namespace
}  // namespace liggare::domain
