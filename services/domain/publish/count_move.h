// Moves of persons between the leaves of a CountTree, and the cells that each move changes. An
// outsider who cannot tell the figures before a move from those after it learns nothing of the
// cells between (suppression.h).
#ifndef SERVICES_DOMAIN_PUBLISH_COUNT_MOVE_H_
#define SERVICES_DOMAIN_PUBLISH_COUNT_MOVE_H_

#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <vector>

#include "services/domain/publish/count_tree.h"

namespace liggare::domain {

// A person more (or fewer, if `sign` is -1) at one place of a leaf.
struct PlaceChange {
  int leaf = 0;
  int row = 0;
  int column = 0;
  int sign = 0;
};

// What is added to the persons once or several times. At most kCapacity changes, kept
// in place: a search makes very many moves and keeps few.
class CountMove {
 public:
  static constexpr size_t kCapacity = 8;

  CountMove(std::initializer_list<PlaceChange> changes);
  // The move, and the same undone in another leaf. Of at most kCapacity / 2 changes.
  CountMove WithOpposite(int leaf) const;

  const PlaceChange* begin() const { return changes_.data(); }
  const PlaceChange* end() const { return changes_.data() + size_; }

 private:
  std::array<PlaceChange, kCapacity> changes_;
  size_t size_ = 0;
};

// The moves within one leaf that begin at a place: it alone, with another place, and
// with three others at the corners of a rectangle.
std::vector<CountMove> MovesFrom(const CountTree& tree, const PlaceChange& place);

// A cell that a move changes, and by how much.
struct ChangedCell {
  int node = 0;
  int cell = 0;
  int by = 0;
};

// Adds up what moves change, in memory that is used again. The tree must outlive it.
class ChangedCells {
 public:
  explicit ChangedCells(const CountTree& tree);

  // The cells that the move changes in the leaves and above, up to the node, each once,
  // in no order. Lives until the next call.
  std::span<const ChangedCell> Of(int node, const CountMove& move);

 private:
  int& SumOf(int node, int cell);
  void Add(int node, int cell, int by);

  const CountTree& tree_;
  std::vector<int> by_;  // By node and cell; all 0 between the calls.
  std::vector<ChangedCell> cells_;
};

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_PUBLISH_COUNT_MOVE_H_
