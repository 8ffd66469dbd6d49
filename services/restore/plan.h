// The steps of a restore, from those who hold the node's logs into an empty
// database: whom to ask for what, in which order, and what must agree. Knows no
// directory and no transport: restore.h wraps it, and so does the simulator.
#ifndef SERVICES_RESTORE_PLAN_H_
#define SERVICES_RESTORE_PLAN_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/restore/lost_events.h"
#include "services/restore/restored_log.h"

namespace liggare::restore {

// A log that came back.
struct TakenLog {
  std::string log;
  uint64_t size = 0;
  // What the peers hold beyond it and cannot prove; 0 as a rule.
  uint64_t unproven = 0;
  // What enrolled its node was lost, so that nothing of it can be proven: it comes by
  // its session once the node is enrolled again.
  bool not_enrolled = false;
};

struct RestoreReport {
  std::string path;
  replication::Extent previous;  // What the new epoch continues.
  std::string own_log;           // The new epoch's.
  std::vector<TakenLog> logs;
  std::vector<MovedEvent> moved;
  // What of the lost directory can't be read, a sentence each. What no peer had of
  // it is lost.
  std::vector<std::string> unreadable;
  std::string kept_directory;  // Where the lost one is; empty if there was none.
};

// One restore; for one use. Not thread-safe.
class Plan {
 public:
  struct Parts {
    const NodeParts& node;
    // The new epoch is above this one: receipts may show epochs that were lost.
    uint32_t epoch_above = 0;
    // Who is asked: the parent; for se, as many counties as there are.
    std::vector<Peer*> peers;
    LostDirectory* lost = nullptr;  // Null: there is none.
    // Makes the empty database, once it is known that there is something to restore.
    std::function<absl::StatusOr<log::Database*>()> make_database;
  };
  // All that the parts refer to must outlive it, the database too.
  explicit Plan(Parts parts) : parts_(std::move(parts)), node_(parts_.node) {}

  // Fills the database. NOT_FOUND if nobody holds anything of the node's log;
  // VERIFICATION_FAILED if what the peers hold does not verify or contradicts
  // itself. After an error the database is of no use.
  absl::StatusOr<RestoreReport> Run();

 private:
  // Who holds most of a log, and how much.
  struct Offer {
    Peer* peer = nullptr;
    replication::Extent extent;
  };

  bool IsOwn(std::string_view log) const;
  absl::Status AskPeers();
  absl::Status ChooseEpoch();
  absl::Status Begin();
  absl::Status TakeLogs();
  absl::Status TakeFrom(const Offer& offer);
  absl::Status CheckPeersAgree();
  absl::Status TakeLostCopies();
  absl::Status KeepFrozen();
  absl::Status RecordLostEvents();

  const Parts parts_;
  const NodeParts& node_;
  std::map<std::string, std::pair<Peer*, std::vector<replication::Extent>>> holdings_;  // By name.
  std::vector<Offer> offers_;  // By log, in the order in which they are taken.
  uint32_t epoch_ = 0;
  log::Database* database_ = nullptr;
  std::unique_ptr<RestoredLog> restored_;
  RestoreReport report_;
};

}  // namespace liggare::restore

#endif  // SERVICES_RESTORE_PLAN_H_
