// The time, as whoever drives a session hands it in.
#ifndef SERVICES_REPLICATION_SESSION_SESSION_TIME_H_
#define SERVICES_REPLICATION_SESSION_SESSION_TIME_H_

#include <cstdint>

namespace liggare::replication {

struct SessionTime {
  // Milliseconds since 1970, as the machine has it: what entries and peers say of the
  // time is compared with it. It may be set, forward and back.
  int64_t wall_ms = 0;
  // Of a clock that nobody sets: how long something takes is measured with it.
  int64_t steady_ms = 0;
};

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_SESSION_SESSION_TIME_H_
