#include "services/node/system_environment.h"

#include <unistd.h>

#include <chrono>
#include <cstdlib>

namespace liggare::node {

int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

void FillRandom(uint8_t* out, size_t n) {
  if (getentropy(out, n) != 0) abort();
}

log::SequencerEnvironment SystemEnvironment() { return {.now_ms = NowMs, .random = FillRandom}; }

}  // namespace liggare::node
