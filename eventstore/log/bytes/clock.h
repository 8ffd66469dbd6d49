// The hybrid logical clock of entries (entry.proto): 48 bits of milliseconds since 1970, 16 bits of
// a counter.
#ifndef EVENTSTORE_LOG_BYTES_CLOCK_H_
#define EVENTSTORE_LOG_BYTES_CLOCK_H_

#include <cstdint>

namespace liggare::log {

inline constexpr int kClockCounterBits = 16;
// The last that such a clock can tell, in milliseconds since 1970. A peer may say any time.
inline constexpr int64_t kLatestClockMs = (int64_t{1} << (64 - kClockCounterBits)) - 1;
// How far ahead of a node's own time an entry may be that it stores, and its neighbours' clocks.
inline constexpr int64_t kClockAheadMaxMs = 5 * 60 * 1000;

// The milliseconds of such a clock.
inline int64_t ClockMs(uint64_t clock) { return static_cast<int64_t>(clock >> kClockCounterBits); }

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_BYTES_CLOCK_H_
