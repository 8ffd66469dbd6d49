// Watches a run and knows what must never be: the invariants of design §3 and §4,
// checked at every durable batch, every frame, every answer to a client and every
// restart. Knows nothing of how the product works inside; it reads the bytes that
// reach the disk and the network.
//
// A machine is known by its name: the path of its node, with ' for a clone. When a
// disk is set back, lost or cloned, the own logs that the path has so far become
// suspect: they may have two versions. An epoch that a restore begins later is not.
// Everything else holds for suspect logs and for all others as before.
//
// An event that was acknowledged may die only with the last disk that held it: the
// checker counts the copies.
//
// Not thread-safe.
#ifndef TESTS_SIMULATION_CHECKER_H_
#define TESTS_SIMULATION_CHECKER_H_

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "eventstore/log/bytes/entry.h"
#include "eventstore/log/database/database.h"
#include "eventstore/log/read/event_log.h"
#include "eventstore/merkle/hash.h"
#include "eventstore/merkle/tree.h"
#include "liggare/v1/replication_service.pb.h"
#include "tests/simulation/disk.h"

namespace liggare::simulation {

// Which promise was broken.
enum class Invariant {
  kAcknowledgedIsDurable,
  kNoHole,
  kOneHash,
  kOnceOnly,
  kNothingLost,
  kReceivedNamesWhatIsHeld,
  kVisibleIsDurable,
  kNoFalseAccusation,
  kForkIsFound,
  kEqualStates,
  kConverges,
  kRuns,
  kRestoredIsWhole,
  kHonestDataIsSound,
};
const char* InvariantName(Invariant invariant);

struct Violation {
  Invariant invariant;
  std::string detail;
};

// Where an event stands.
struct EventPlace {
  std::string log;
  uint64_t index = 0;
  auto operator<=>(const EventPlace&) const = default;
};

class Checker {
 public:
  // The first violation stays.
  void Fail(Invariant invariant, std::string detail);
  const std::optional<Violation>& violation() const { return violation_; }

  // From now on the own logs that the path has may have two versions.
  void Suspect(std::string_view path);
  // Whether anything of the kind ever happened to the path.
  bool WasSuspected(std::string_view path) const { return suspects_.contains(path); }
  bool IsSuspect(std::string_view log) const;

  // The node says what it likes from the beginning: its own logs may have any number of
  // versions, and its frames are not looked at.
  void SetHostile(std::string path);
  bool IsHostile(std::string_view path) const { return !hostile_.empty() && path == hostile_; }
  // Whether it is the hostile node, or one that reaches the others through it alone.
  bool IsBehindHostile(std::string_view path) const;

  // The machine's disk has made the batch durable.
  void OnDurable(const std::string& machine, const log::Batch& batch);
  // The machine starts again, and this is what its disk holds.
  void OnRestart(const std::string& machine, const Disk& disk);
  // The disk's contents were replaced: what it held before counts no more.
  void OnReplaced(const std::string& machine, const Disk& disk);
  // The machine gets another disk, with what its peers gave, and the old one as far as
  // that could be read.
  struct Restored {
    const Disk& before;
    const Disk& after;
    bool before_is_readable = true;
    std::set<EventPlace> damaged;            // Where it is readable: but for these.
    std::map<EventPlace, EventPlace> moved;  // Recorded again, as the restore says.
    std::vector<std::string> named;          // What it says is lost.
  };
  void OnRestored(const std::string& machine, const Restored& restored);
  // The event log shows its readers these sizes.
  void OnVisible(const std::string& machine, const std::vector<log::HeldLog>& logs);
  // The machine sends a frame.
  void OnFrame(const std::string& machine, const v1::Frame& frame);
  // A client was told that its event is recorded there.
  void OnAcknowledged(const std::string& machine, std::string_view event_id,
                      const EventPlace& place);

  // When all has come to rest: what was acknowledged, and had not died with the last
  // disk that held it, is in an own log of its node.
  void CheckNothingLost();

  // How much of a log is durable at a machine.
  uint64_t DurableSize(const std::string& machine, std::string_view log) const;
  // Of the logs of a path that a machine holds, that of the latest epoch.
  std::string NewestLogAt(const std::string& machine, std::string_view path) const;
  // The logs of which a machine holds something.
  std::vector<std::string> LogsAt(const std::string& machine) const;
  // Whether two machines hold the same entries of a log, as far as both go.
  bool Agree(const std::string& a, const std::string& b, std::string_view log) const;
  // A hash over all that is durable, anywhere: the same for the same run.
  std::string Fingerprint() const;
  uint64_t events_acknowledged() const { return acknowledged_.size(); }
  uint64_t events_lost() const { return lost_.size(); }
  uint64_t events_moved() const { return moved_; }

 private:
  struct Truth {
    std::vector<merkle::Hash> leaves;
    std::vector<std::string> event_ids;
    std::vector<merkle::Hash> roots = {merkle::EmptyRoot()};  // By size.
    merkle::Tree tree;
  };
  struct Machine {
    std::map<uint32_t, std::string> names;  // By log number.
    std::map<std::string, std::vector<merkle::Hash>, std::less<>> logs;
    std::map<std::string, EventPlace, std::less<>> own_ids;  // Of events, any epoch.
    std::multiset<std::string, std::less<>> ids;             // Of every log.
  };
  struct Acknowledged {
    EventPlace place;
    std::string path;
  };
  // An entry on its way to the disk.
  struct Arriving {
    std::string log;
    uint64_t index = 0;
    std::string_view bytes;
    log::EntryHeader header;
  };

  void Read(const std::string& machine, const log::Batch& batch, std::vector<Arriving>& entries);
  void Add(const std::string& machine, const Arriving& entry);
  void AddTruth(const std::string& machine, const Arriving& entry, const merkle::Hash& leaf);
  void CheckReceived(const std::string& machine, const std::vector<Arriving>& entries);
  void CheckNamed(const std::string& machine, const Arriving& received,
                  const std::map<std::string, uint64_t>& advanced);
  void CheckState(const std::string& machine, const std::string& what, const v1::LogState& state);
  void CheckChunk(const std::string& machine, const v1::Chunk& chunk);
  void CheckCosigned(const std::string& machine, const v1::Acknowledged& acknowledged);
  void Load(const std::string& machine, const Disk& disk);
  void CheckMoved(const std::string& machine, const Restored& restored, const EventPlace& from,
                  const EventPlace& to);
  bool IsOwnLog(const std::string& machine, std::string_view log) const;
  // Whether the machine gets the log in part, and the entry as its hash alone.
  bool IsShownAt(const std::string& machine, std::string_view log) const;
  bool IsWithheldAt(const std::string& machine, const Arriving& entry) const;

  std::optional<Violation> violation_;
  std::string hostile_;                                    // Its path; empty: all are honest.
  std::map<std::string, uint32_t, std::less<>> suspects_;  // By path: up to this epoch.
  std::map<std::string, Machine> machines_;
  std::map<std::string, Truth, std::less<>> truths_;
  std::map<std::string, Acknowledged, std::less<>> acknowledged_;  // By event id.
  std::map<std::string, uint64_t, std::less<>> copies_;            // By event id.
  std::set<std::string, std::less<>> lost_;                        // Event ids.
  std::set<std::string, std::less<>> nodes_own_;  // Event ids: Received and the like.
  uint64_t moved_ = 0;
};

// The node's path: the machine's name without the mark of a clone.
std::string PathOfMachine(std::string_view machine);

}  // namespace liggare::simulation

#endif  // TESTS_SIMULATION_CHECKER_H_
