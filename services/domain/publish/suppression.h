// Which counts of persons are withheld from publication, so that no small one is told
// or can be computed from the others (cell suppression with complements).
//
// The counts stand in a tree (count_tree.h): what is withheld of one cell is of use only
// if it can't be computed from the cells beside, above and below it.
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
#ifndef SERVICES_DOMAIN_PUBLISH_SUPPRESSION_H_
#define SERVICES_DOMAIN_PUBLISH_SUPPRESSION_H_

#include <cstdint>
#include <vector>

#include "services/domain/publish/count_tree.h"

namespace liggare::domain {

class Suppression {
 public:
  // `smallest` must be at least 2.
  Suppression(const CountTree& tree, int64_t smallest);

  bool IsWithheld(int node, int cell) const { return withheld_[node][cell]; }

 private:
  std::vector<std::vector<bool>> withheld_;  // By node and cell.
};

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_PUBLISH_SUPPRESSION_H_
