// The machine's clock and randomness, as the event store wants them.
#ifndef SERVICES_NODE_SYSTEM_ENVIRONMENT_H_
#define SERVICES_NODE_SYSTEM_ENVIRONMENT_H_

#include <cstddef>
#include <cstdint>

#include "eventstore/log/write/sequencer.h"

namespace liggare::node {

// Milliseconds since 1970.
int64_t NowMs();
// The kernel's randomness; at most 256 bytes at a time.
void FillRandom(uint8_t* out, size_t n);

log::SequencerEnvironment SystemEnvironment();

}  // namespace liggare::node

#endif  // SERVICES_NODE_SYSTEM_ENVIRONMENT_H_
