#include "eventstore/merkle/subtree.h"

#include <utility>

namespace liggare::merkle {

Hash PerfectRoot(std::vector<Hash> hashes) {
  for (size_t count = hashes.size() / 2; count > 0; count /= 2) {
    for (size_t i = 0; i < count; ++i) {
      hashes[i] = NodeHash(hashes[2 * i], hashes[2 * i + 1]);
    }
  }
  return hashes[0];
}

}  // namespace liggare::merkle
