// Sums of figures that others have written. One owner for how they add up: whatever a
// faulty or hostile writer has put into its log, a sum is a number that the rest can be
// computed with.
#ifndef SERVICES_DOMAIN_FIGURE_FIGURE_H_
#define SERVICES_DOMAIN_FIGURE_FIGURE_H_

#include <algorithm>
#include <cstdint>

namespace liggare::domain {

// Where sums stop, fifty of the largest figures (shape.h): a hundred times it, and the
// difference or sum of a few of them, fit into 64 bits.
inline constexpr int64_t kSumMax = 50'000'000'000'000'000;

// sum + figure, held between -kSumMax and kSumMax.
constexpr int64_t AddFigure(int64_t sum, int64_t figure) {
  int64_t added = 0;
  if (__builtin_add_overflow(sum, figure, &added)) return figure < 0 ? -kSumMax : kSumMax;
  return std::clamp(added, -kSumMax, kSumMax);
}

}  // namespace liggare::domain

#endif  // SERVICES_DOMAIN_FIGURE_FIGURE_H_
