// Events for measuring: each becomes an entry of 512 bytes that does not
// compress, with an id made as clients make theirs (UUIDv7).
#ifndef TESTS_BENCHMARKS_BENCH_EVENT_H_
#define TESTS_BENCHMARKS_BENCH_EVENT_H_

#include <cstdint>
#include <random>
#include <string>

#include "liggare/v1/event_service.pb.h"

namespace liggare::benchmarks {

inline constexpr size_t kEntryBytes = 512;

// Makes submissions for one node. Not thread-safe; one per thread.
class EventMaker {
 public:
  // `node` records them; `seed` makes the bytes differ between threads.
  EventMaker(std::string node, uint64_t seed);

  // A VerksamhetRegistered of the node, padded to make its entry kEntryBytes long.
  v1::Submission Next();

 private:
  std::string RandomText(size_t bytes);

  std::string node_;
  std::mt19937_64 random_;
  size_t name_bytes_;
};

}  // namespace liggare::benchmarks

#endif  // TESTS_BENCHMARKS_BENCH_EVENT_H_
