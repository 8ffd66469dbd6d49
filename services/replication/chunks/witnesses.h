// Who has cosigned a log that several nodes hold whole, and the checkpoints that show it.
//
//   se/17 ─ cosigns se@1 ─▶ se ─ passes it on ─▶ se/18     and the other way round
//
// The national log is held by every county. A nation that shows two counties two logs can
// give neither the cosignature of the other: a county that gets one for a root that its
// copy does not have has the evidence, and one that goes without for long has a reason to
// ask. The idea is that of the witnesses of a transparency log (C2SP tlog-witness).
//
// In memory; a session's first frames bring it back after a restart. Thread-safe.
#ifndef SERVICES_REPLICATION_CHUNKS_WITNESSES_H_
#define SERVICES_REPLICATION_CHUNKS_WITNESSES_H_

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "eventstore/note/checkpoint.h"
#include "eventstore/note/reduction.h"

namespace liggare::replication {

// Witnesses of one log that are kept in mind; of more, the first ones are.
inline constexpr size_t kWitnessesMax = 512;

// The newest that is known of one.
struct Witness {
  std::string name;     // <trust domain>/<path>, as in its signature line.
  uint64_t size = 0;    // Entries of the log.
  uint64_t time_s = 0;  // Of its cosignature: seconds since 1970, by its own clock.
  bool operator==(const Witness&) const = default;
};

class Witnesses {
 public:
  // The checkpoint's root must have been compared with what is held here.
  void Add(const std::string& log, const note::ReducedCheckpoint& reduced);

  // By name.
  std::vector<Witness> Of(const std::string& log) const;

  // The checkpoints that carry the newest cosignature of each, by size: one where all have
  // cosigned the same.
  std::map<uint64_t, std::string> Checkpoints(const std::string& log) const;

 private:
  struct Log {
    std::map<std::string, Witness, std::less<>> witnesses;  // By name.
    std::map<uint64_t, note::Note> notes;                   // By size; each is some witness's.
  };
  static void DropOld(Log& log);

  mutable std::mutex mutex_;
  std::map<std::string, Log, std::less<>> logs_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace liggare::replication

#endif  // SERVICES_REPLICATION_CHUNKS_WITNESSES_H_
