// What one node holds: its own log and verified copies of others, as entries,
// tiles and indexes over a Database. This is the reading side; the Sequencer is
// the only writer.
//
// Everything here speaks of durable entries only: a size, a root, an entry is
// visible when the sync of its batch has returned, and not before.
//
// Thread-safe. The Database must outlive the EventLog.
#ifndef EVENTSTORE_LOG_READ_EVENT_LOG_H_
#define EVENTSTORE_LOG_READ_EVENT_LOG_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/log/bytes/entry.h"
#include "eventstore/log/database/database.h"
#include "eventstore/merkle/proof.h"
#include "eventstore/merkle/tree.h"
#include "eventstore/note/checkpoint.h"

namespace liggare::log {

// A log as this node holds it.
struct HeldLog {
  std::string name;     // <path>@<epoch>
  uint32_t number = 0;  // Local to this database.
  uint64_t size = 0;
  merkle::Hash root = {};
  uint64_t last_clock = 0;
  bool frozen = false;
};

// Where an entry of a subject stands, in the order of the fold.
struct SubjectKey {
  uint64_t clock = 0;
  std::string log;
  uint64_t index = 0;
};
struct SubjectEntry {
  SubjectKey key;
  uint32_t type = 0;
};

// The text behind a commitment.
struct DisclosureText {
  std::string commitment;  // 32 bytes
  std::string salt;        // 32 bytes
  std::string text;
};

// Entries of one log, in order.
struct EntryRange {
  std::string log;
  uint64_t first_index = 0;
  std::vector<std::string> entries;
};

class CommitListenerEntry;

class EventLog {
 public:
  struct Options {
    std::string trust_domain;  // Checkpoint origins are <trust domain>/<log name>.
    std::string path;          // The node's path.
    // Nothing is written, not even the boot count; the two above may be empty and
    // are then the directory's own. For inspection: there can be no Sequencer.
    bool read_only = false;
    // For the instance id of a new directory; the system's randomness if empty.
    std::function<void(uint8_t* out, size_t n)> random = {};
    // The epoch of the own log that a new directory begins with. A restore begins
    // a later one; a directory that is there keeps its own.
    uint32_t first_epoch = 1;
  };

  // Opens what `database` holds, or begins it: the node's own log is
  // <path>@<epoch> with the highest epoch there is, or the first. Rebuilds the open
  // tiles, and purges the files if texts were erased and may still be in them.
  // FAILED_PRECONDITION if the directory belongs to another path or trust
  // domain, or has a newer format version (both named); DATA_LOSS if damaged.
  static absl::StatusOr<std::unique_ptr<EventLog>> Open(Database& database, Options options);
  ~EventLog();

  const std::string& path() const;
  const std::string& trust_domain() const;
  // The own log's name.
  const std::string& own_log() const;
  // 16 random bytes made with the directory, and how often it was opened.
  const std::string& instance_id() const;
  uint64_t boot_count() const;

  // Every log held, own first, then by name.
  std::vector<HeldLog> Logs() const;
  std::optional<HeldLog> Find(std::string_view log) const;
  // Every epoch that is held of a node's log, in the order in which they came.
  std::vector<HeldLog> LogsOf(std::string_view path) const;

  // The name of the log of `path` with the highest epoch that is held; nothing if
  // none is.
  std::optional<std::string> LatestEpoch(std::string_view path) const;

  // The bytes of one entry; its leaf hash, if it is withheld from this node
  // (merkle/hash.h). NOT_FOUND beyond the log's size.
  absl::StatusOr<std::string> Read(std::string_view log, uint64_t index) const;
  // Entries from `first_index` while they fit into bytes_max (at least one) and
  // below end_index. Empty at the log's end.
  struct RangeLimits {
    uint64_t end_index = UINT64_MAX;
    size_t bytes_max = 512 * 1024;
  };
  absl::StatusOr<EntryRange> ReadRange(std::string_view log, uint64_t first_index,
                                       RangeLimits limits) const;

  // Calls `visit` for every entry of `subject` after `after` (from the beginning
  // if nothing), in the order clock, log name, index, until it returns false. Not for
  // those that stand aside.
  absl::Status ScanSubject(std::string_view subject, const std::optional<SubjectKey>& after,
                           const std::function<bool(const SubjectEntry&)>& visit) const;
  // Calls `visit` for the entries about `subject` that stand aside, for their writers may
  // write nothing about it: log by log, in the order of the index, those after `after`
  // (from the beginning if nothing). What it passes over costs nothing.
  enum class AsideStep { kOn, kNextLog, kEnd };
  absl::Status ScanAside(std::string_view subject, const std::optional<LogIndex>& after,
                         const std::function<AsideStep(const LogIndex& entry)>& visit) const;
  // Calls `visit` for every subject that begins with `prefix` and comes after
  // `after`, in byte order, until it returns false. `entry` is one of the subject, of
  // the lowest clock.
  absl::Status ScanSubjects(
      std::string_view prefix, std::string_view after,
      const std::function<bool(std::string_view subject, const LogIndex& entry)>& visit) const;

  // Where the event stands, in every log that holds its id.
  absl::StatusOr<std::vector<LogIndex>> FindEvent(std::string_view event_id) const;

  // How far this node had `log` when its own log had `own_index` entries: the
  // size in the last of its own Received before own_index. 0 if none. Of its own
  // log it knew own_index entries. An own_index beyond the log's end means its end.
  absl::StatusOr<uint64_t> KnownSize(std::string_view log, uint64_t own_index) const;

  // Proofs over a held log, at sizes up to the held one.
  absl::StatusOr<merkle::Hash> RootAt(std::string_view log, uint64_t size) const;
  absl::StatusOr<merkle::Proof> InclusionProof(std::string_view log, uint64_t index,
                                               uint64_t size) const;
  absl::StatusOr<merkle::Proof> ConsistencyProof(std::string_view log, uint64_t old_size,
                                                 uint64_t new_size) const;
  // A copy of a log's tree, to append to it speculatively. Empty for a log that
  // is not held.
  merkle::Tree TreeOf(std::string_view log) const;

  // Stored are the checkpoints that arrived with entries and those saved with
  // Sequencer::SaveCheckpoint; an own checkpoint that was merely signed is not.
  //
  // The stored checkpoint of `log` with the smallest size >= `size` that is not
  // beyond the held size, as note bytes with every cosignature that is held.
  // Nothing if there is none. One that can't be read is passed over, here and below.
  absl::StatusOr<std::optional<std::string>> CheckpointAtOrAfter(std::string_view log,
                                                                 uint64_t size) const;
  // The stored checkpoint with the greatest size <= the held size.
  absl::StatusOr<std::optional<std::string>> LatestCheckpoint(std::string_view log) const;
  // DATA_LOSS, with what to do, if the newest stored checkpoint can't be read.
  absl::Status CheckNewestCheckpoint(std::string_view log) const;

  // The text behind a commitment; nothing if it was erased or never came.
  absl::StatusOr<std::optional<DisclosureText>> Disclosure(std::string_view commitment) const;
  // The entry that ordered the text of a commitment erased where an entry of `log` about
  // `subject` has it: of the log's node, or of the nearest above; nothing if none did.
  absl::StatusOr<std::optional<LogIndex>> ErasedBy(std::string_view commitment,
                                                   std::string_view subject,
                                                   std::string_view log) const;
  // The texts behind the commitments of the entries [first, end) of `log`.
  absl::StatusOr<std::vector<DisclosureText>> DisclosuresOf(std::string_view log, uint64_t first,
                                                            uint64_t end) const;

  // The evidence on which a log was frozen (Sequencer::Freeze); nothing if it is
  // not frozen.
  absl::StatusOr<std::optional<std::string>> FreezeEvidence(std::string_view log) const;

  // A small value that a node keeps beside its logs, under the key it was
  // saved with (Sequencer::SaveNote).
  absl::StatusOr<std::optional<std::string>> SavedNote(std::string_view key) const;

  // `listener` is called after every commit, on the sequencer's thread, with the
  // logs that grew; it must return at once. The subscription ends when the
  // returned handle dies, which waits for a call in progress: so it must not die
  // under a lock that the listener takes. It may die inside the listener itself.
  // The EventLog must outlive the handle.
  using CommitListener = std::function<void(const std::vector<HeldLog>& advanced)>;
  class Subscription {
   public:
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;
    ~Subscription();

   private:
    friend class EventLog;
    Subscription(const EventLog& log, std::shared_ptr<CommitListenerEntry> entry);
    const EventLog& log_;
    const std::shared_ptr<CommitListenerEntry> entry_;
  };
  std::unique_ptr<Subscription> OnCommit(CommitListener listener) const;

 private:
  friend class Sequencer;
  struct State;
  explicit EventLog(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_READ_EVENT_LOG_H_
