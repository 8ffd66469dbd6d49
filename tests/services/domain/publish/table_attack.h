// An outsider who has every published count of a tree and computes what was withheld:
// by elimination, by narrowing ranges, and by trying all ways to fill in.
#ifndef TESTS_SERVICES_DOMAIN_PUBLISH_TABLE_ATTACK_H_
#define TESTS_SERVICES_DOMAIN_PUBLISH_TABLE_ATTACK_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "services/domain/publish/suppression.h"

namespace liggare::domain {

// From first to last. As wide as can be if nothing bounds it.
struct Range {
  static constexpr int64_t kUnbounded = int64_t{1} << 50;
  int64_t first = 1;  // A 0 would be shown.
  int64_t last = kUnbounded;
  int64_t Values() const { return last - first + 1; }
};

class TableAttack {
 public:
  // Only the shown counts of the tree are looked at.
  TableAttack(const CountTree& tree, const Suppression& suppression);
  TableAttack(const CountTree& tree, const std::vector<std::vector<bool>>& withheld);

  // Whether the sums alone tell the withheld count.
  bool IsDetermined(int node, int cell) const;
  // Where it must be: every equation narrows the ranges of its counts, until none does.
  Range RangeOf(int node, int cell) const { return ranges_[VariableOf(node, cell)]; }
  // How many values it may have, counted up to `enough`, each with a whole way to fill
  // in the rest; nothing if that takes too many steps.
  std::optional<int64_t> PossibleValues(int node, int cell, int64_t enough) const;

 private:
  // The sum of the variables times their factors is `sum`.
  struct Equation {
    std::vector<std::pair<int, int64_t>> terms;
    int64_t sum = 0;
  };
  using Ranges = std::vector<Range>;

  int VariableOf(int node, int cell) const { return variables_[node][cell]; }
  void AddTerm(int node, int cell, int64_t factor, Equation& equation) const;
  void AddEquations();
  void Add(Equation equation);
  void Eliminate();
  // False if no way is left.
  bool Narrow(Ranges& ranges) const;
  enum class Found { kYes, kNo, kUnknown };
  Found HasWay(Ranges ranges, int* steps) const;

  const CountTree& tree_;
  std::vector<std::vector<int>> variables_;  // By node and cell; -1: shown.
  int count_ = 0;
  std::vector<Equation> equations_;
  std::vector<bool> determined_;
  Ranges ranges_;
};

}  // namespace liggare::domain

#endif  // TESTS_SERVICES_DOMAIN_PUBLISH_TABLE_ATTACK_H_
