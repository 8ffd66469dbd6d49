// How far a log goes: its size and the root of so many entries.
#ifndef SERVICES_REPLICATION_SESSION_EXTENT_H_
#define SERVICES_REPLICATION_SESSION_EXTENT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "eventstore/merkle/hash.h"
#include "liggare/v1/entry.pb.h"

namespace liggare::replication {

struct Extent {
  std::string log;
  uint64_t size = 0;
  merkle::Hash root = merkle::EmptyRoot();
  bool operator==(const Extent&) const = default;
};

v1::LogState ToProto(const Extent& extent);

// MALFORMED unless the root has 32 bytes.
absl::StatusOr<Extent> ExtentOf(const v1::LogState& state);

// For messages to people: "se/17@1 at 12".
std::string Describe(const Extent& extent);

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_SESSION_EXTENT_H_
