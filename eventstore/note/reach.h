// How far something reaches in the logs of one node: what a revoked key still answers
// for, and what of a closed node is its own.
//
//   se/17@1   |==== all ====|     se/17@2   |== size ==|--- beyond     se/17@3 ---
//              epochs before                 `log`                      later epochs
#ifndef EVENTSTORE_NOTE_REACH_H_
#define EVENTSTORE_NOTE_REACH_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace liggare::note {

// A value.
struct Reach {
  std::string log;  // <path>@<epoch>
  uint64_t size = 0;
  bool operator==(const Reach&) const = default;
};

// How many of the first `size` entries of `log` lie within. `log` is of the same node; a
// checkpoint's origin will do.
uint64_t SizeWithin(const Reach& reach, std::string_view log, uint64_t size);
// Whether the first `size` entries of `log` lie within: all of them in epochs before, up
// to the reach's size in its own; of a later one not even nothing.
bool LiesWithin(const Reach& reach, std::string_view log, uint64_t size);

// Where a node ends that is closed with so many entries: in the newest epoch of its log
// that the closing entry names in its basis, for that is what its writer held; in
// <path>@1 if it names none.
Reach EndOfNode(std::string_view path, const std::vector<std::string>& basis_logs, uint64_t size);

}  // namespace liggare::note

#endif  // EVENTSTORE_NOTE_REACH_H_
