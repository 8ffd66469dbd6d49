// Watches a run and knows what must never be: the invariants of design §3 and §4,
// checked at every durable batch, every frame, every answer to a client and every
// restart. Knows nothing of how the product works inside; it reads the bytes that
// reach the disk and the network.
//
// A machine is known by its name: the path of its node, with ' for a clone. The
// own log of a path whose machine was restored or cloned is suspect: it may have
// two versions. Everything else holds for it and for all others as before.
//
// Not thread-safe.
#ifndef TESTS_SIMULATION_CHECKER_H_
#define TESTS_SIMULATION_CHECKER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "eventstore/log/database.h"
#include "eventstore/log/entry.h"
#include "eventstore/log/event_log.h"
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
  kReceivedNamesWhatIsHeld,
  kVisibleIsDurable,
  kNoFalseAccusation,
  kForkIsFound,
  kEqualStates,
  kConverges,
  kRuns,
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
  bool operator==(const EventPlace&) const = default;
};

class Checker {
 public:
  // The first violation stays.
  void Fail(Invariant invariant, std::string detail);
  const std::optional<Violation>& violation() const { return violation_; }

  // From now on the path's own log may have two versions.
  void Suspect(std::string_view path) { suspects_.insert(std::string(path)); }
  bool IsSuspect(std::string_view path) const { return suspects_.contains(path); }

  // The machine's disk has made the batch durable.
  void OnDurable(const std::string& machine, const log::Batch& batch);
  // The machine starts again, and this is what its disk holds.
  void OnRestart(const std::string& machine, const Disk& disk);
  // The disk's contents were replaced: what it held before counts no more.
  void OnReplaced(const std::string& machine, const Disk& disk);
  // The event log shows its readers these sizes.
  void OnVisible(const std::string& machine, const std::vector<log::HeldLog>& logs);
  // The machine sends a frame.
  void OnFrame(const std::string& machine, const v1::Frame& frame);
  // A client was told that its event is recorded there.
  void OnAcknowledged(const std::string& machine, std::string_view event_id,
                      const EventPlace& place);

  // How much of a log is durable at a machine.
  uint64_t DurableSize(const std::string& machine, std::string_view log) const;
  // What an honest log must be: the first durable version of it.
  uint64_t TrueSize(std::string_view log) const;
  // Every log that was ever durable somewhere.
  std::vector<std::string> Logs() const;
  // Whether two machines hold the same entries of a log, as far as both go.
  bool Agree(const std::string& a, const std::string& b, std::string_view log) const;
  // A hash over all that is durable, anywhere: the same for the same run.
  std::string Fingerprint() const;
  uint64_t events_acknowledged() const { return acknowledged_.size(); }

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
    std::map<std::string, EventPlace, std::less<>> own_ids;
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
  bool IsOwnLog(const std::string& machine, std::string_view log) const;

  std::optional<Violation> violation_;
  std::set<std::string, std::less<>> suspects_;
  std::map<std::string, Machine> machines_;
  std::map<std::string, Truth, std::less<>> truths_;
  std::map<std::string, EventPlace, std::less<>> acknowledged_;  // By event id.
};

// The node's path: the machine's name without the mark of a clone.
std::string PathOfMachine(std::string_view machine);

}  // namespace liggare::simulation

#endif  // TESTS_SIMULATION_CHECKER_H_
