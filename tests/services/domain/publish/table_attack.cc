#include "tests/services/domain/publish/table_attack.h"

#include <algorithm>
#include <utility>

namespace liggare::domain {
namespace {

using Wide = __int128;

// Elimination is done modulo a prime: it is exact, and as the factors are -1, 0 and 1,
// what it finds holds for fractions too.
constexpr int64_t kPrime = (int64_t{1} << 61) - 1;

int64_t Mod(Wide value) {
  const auto rest = static_cast<int64_t>(value % kPrime);
  return rest < 0 ? rest + kPrime : rest;
}

int64_t Power(int64_t base, int64_t exponent) {
  int64_t result = 1;
  for (; exponent > 0; exponent >>= 1) {
    if (exponent & 1) result = Mod(static_cast<Wide>(result) * base);
    base = Mod(static_cast<Wide>(base) * base);
  }
  return result;
}

int64_t FloorDiv(int64_t a, int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

std::vector<std::vector<bool>> WithheldIn(const CountTree& tree, const Suppression& suppression) {
  std::vector<std::vector<bool>> withheld(tree.node_count());
  for (int node = 0; node < tree.node_count(); ++node) {
    for (int cell = 0; cell < tree.cells_per_node(); ++cell) {
      withheld[node].push_back(suppression.IsWithheld(node, cell));
    }
  }
  return withheld;
}

constexpr int kNarrowingsMax = 2'000;
constexpr int kStepsMax = 20'000;

}  // namespace

TableAttack::TableAttack(const CountTree& tree, const Suppression& suppression)
    : TableAttack(tree, WithheldIn(tree, suppression)) {}

TableAttack::TableAttack(const CountTree& tree, const std::vector<std::vector<bool>>& withheld)
    : tree_(tree) {
  for (const std::vector<bool>& of_node : withheld) {
    std::vector<int>& variables = variables_.emplace_back();
    for (const bool is_withheld : of_node) variables.push_back(is_withheld ? count_++ : -1);
  }
  AddEquations();
  Eliminate();
  ranges_.resize(count_);
  Narrow(ranges_);
}

void TableAttack::AddTerm(int node, int cell, int64_t factor, Equation& equation) const {
  const int variable = variables_[node][cell];
  if (variable >= 0) {
    equation.terms.push_back({variable, factor});
  } else {
    equation.sum -= factor * tree_.PersonsIn(node, cell);
  }
}

void TableAttack::Add(Equation equation) {
  if (!equation.terms.empty()) equations_.push_back(std::move(equation));
}

void TableAttack::AddEquations() {
  const int columns = tree_.columns() == 1 ? 1 : tree_.columns() + 1;
  for (int node = 0; node < tree_.node_count(); ++node) {
    for (int column = 0; column < columns; ++column) {  // The rows of a column.
      Equation equation;
      for (int row = 0; row < tree_.rows(); ++row) {
        AddTerm(node, tree_.CellOf(row, column), 1, equation);
      }
      AddTerm(node, tree_.CellOf(tree_.rows(), column), -1, equation);
      Add(std::move(equation));
    }
    for (int row = 0; columns > 1 && row <= tree_.rows(); ++row) {  // The columns of a row.
      Equation equation;
      for (int column = 0; column < tree_.columns(); ++column) {
        AddTerm(node, tree_.CellOf(row, column), 1, equation);
      }
      AddTerm(node, tree_.CellOf(row, tree_.columns()), -1, equation);
      Add(std::move(equation));
    }
    for (int cell = 0; cell < tree_.cells_per_node(); ++cell) {  // The nodes below.
      Equation equation;
      bool has_children = false;
      for (int child = 0; child < tree_.node_count(); ++child) {
        if (tree_.parent(child) != node) continue;
        has_children = true;
        AddTerm(child, cell, 1, equation);
      }
      if (!has_children) continue;
      AddTerm(node, cell, -1, equation);
      Add(std::move(equation));
    }
  }
}

void TableAttack::Eliminate() {
  std::vector<std::vector<int64_t>> matrix;
  for (const Equation& equation : equations_) {
    std::vector<int64_t>& row = matrix.emplace_back(count_, 0);
    for (const auto& [variable, factor] : equation.terms) row[variable] = Mod(factor);
  }
  determined_.assign(count_, false);
  size_t rank = 0;
  std::vector<int> pivots;
  for (int variable = 0; variable < count_ && rank < matrix.size(); ++variable) {
    size_t found = rank;
    while (found < matrix.size() && matrix[found][variable] == 0) ++found;
    if (found == matrix.size()) continue;
    std::swap(matrix[found], matrix[rank]);
    const int64_t inverse = Power(matrix[rank][variable], kPrime - 2);
    for (int64_t& entry : matrix[rank]) entry = Mod(static_cast<Wide>(entry) * inverse);
    for (size_t other = 0; other < matrix.size(); ++other) {
      const int64_t factor = matrix[other][variable];
      if (other == rank || factor == 0) continue;
      for (int i = 0; i < count_; ++i) {
        matrix[other][i] = Mod(matrix[other][i] - static_cast<Wide>(factor) * matrix[rank][i]);
      }
    }
    pivots.push_back(variable);
    ++rank;
  }
  for (size_t row = 0; row < rank; ++row) {
    const auto others = std::count_if(matrix[row].begin(), matrix[row].end(),
                                      [](int64_t entry) { return entry != 0; });
    determined_[pivots[row]] = others == 1;
  }
}

bool TableAttack::IsDetermined(int node, int cell) const {
  return determined_[VariableOf(node, cell)];
}

bool TableAttack::Narrow(Ranges& ranges) const {
  bool changed = true;
  for (int round = 0; changed && round < kNarrowingsMax; ++round) {
    changed = false;
    for (const Equation& equation : equations_) {
      for (const auto& [variable, factor] : equation.terms) {
        // factor * x = sum - what the others may be, all of which is a range.
        int64_t least = equation.sum;
        int64_t most = equation.sum;
        for (const auto& [other, other_factor] : equation.terms) {
          if (other == variable) continue;
          const Range& range = ranges[other];
          least -= other_factor > 0 ? other_factor * range.last : other_factor * range.first;
          most -= other_factor > 0 ? other_factor * range.first : other_factor * range.last;
        }
        Range& range = ranges[variable];
        const int64_t first = factor > 0 ? -FloorDiv(-least, factor) : -FloorDiv(most, -factor);
        const int64_t last = factor > 0 ? FloorDiv(most, factor) : FloorDiv(-least, -factor);
        if (first > range.first) changed = true, range.first = first;
        if (last < range.last) changed = true, range.last = last;
        if (range.first > range.last) return false;
      }
    }
  }
  return true;
}

TableAttack::Found TableAttack::HasWay(Ranges ranges, int* steps) const {
  if (++*steps > kStepsMax) return Found::kUnknown;
  if (!Narrow(ranges)) return Found::kNo;
  int chosen = -1;
  for (int i = 0; i < count_; ++i) {
    if (ranges[i].Values() == 1) continue;
    if (chosen < 0 || ranges[i].Values() < ranges[chosen].Values()) chosen = i;
  }
  if (chosen < 0) return Found::kYes;
  const Range range = ranges[chosen];
  for (int64_t value = range.first; value <= range.last; ++value) {
    ranges[chosen] = {value, value};
    const Found found = HasWay(ranges, steps);
    if (found != Found::kNo) return found;
  }
  return Found::kNo;
}

std::optional<int64_t> TableAttack::PossibleValues(int node, int cell, int64_t enough) const {
  const int variable = VariableOf(node, cell);
  const Range range = ranges_[variable];
  int64_t values = 0;
  int steps = 0;
  for (int64_t value = range.first; value <= range.last && values < enough; ++value) {
    Ranges ranges = ranges_;
    ranges[variable] = {value, value};
    const Found found = HasWay(std::move(ranges), &steps);
    if (found == Found::kUnknown) return std::nullopt;
    values += found == Found::kYes ? 1 : 0;
  }
  return values;
}

}  // namespace liggare::domain
