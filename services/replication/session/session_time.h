// The time, as whoever drives a session hands it in.
#ifndef SERVICES_REPLICATION_SESSION_SESSION_TIME_H_
#define SERVICES_REPLICATION_SESSION_SESSION_TIME_H_

#include <cstdint>

namespace liggare::replication {

inline constexpr int kClockCounterBits = 16;  // Of the hybrid logical clock (entry.proto).
// The last that such a clock can tell, in milliseconds since 1970. A peer may say any time.
inline constexpr int64_t kLatestClockMs = (int64_t{1} << (64 - kClockCounterBits)) - 1;
// The milliseconds of such a clock.
inline int64_t ClockMs(uint64_t clock) { return static_cast<int64_t>(clock >> kClockCounterBits); }

struct SessionTime {
  // Milliseconds since 1970, as the machine has it: what entries and peers say of the
  // time is compared with it. It may be set, forward and back.
  int64_t wall_ms = 0;
  // Of a clock that nobody sets: how long something takes is measured with it.
  int64_t steady_ms = 0;
};

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_SESSION_SESSION_TIME_H_
