// The one writer of a node: a thread that drains a queue of commands, judges
// them, writes one synced batch and then answers everyone (group commit).
//
//   Record ─┐                                   ┌─ answers
//   Store  ─┼─ queue ─ judge ─ batch ─ sync ────┼─ commit listeners
//   Save   ─┘                                   └─ cosigned checkpoints
//
// A commit that stores entries of other logs (unless all of them are Received
// entries) contains a Received entry of the own log that names every foreign log it
// advances; several, if they do not fit into one (kReceivedLogsBytesMax). They come before
// the commit's other own entries, so that the order of the own log is the history of what
// the node knew. A failed write closes the node for
// writing: everything queued and everything later is answered READ_ONLY; reads go on.
#ifndef EVENTSTORE_LOG_WRITE_SEQUENCER_H_
#define EVENTSTORE_LOG_WRITE_SEQUENCER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "eventstore/log/bytes/entry.h"
#include "eventstore/log/read/chunk.h"
#include "eventstore/log/read/event_log.h"
#include "eventstore/note/key.h"

namespace liggare::log {

inline constexpr size_t kQueueCommandsMax = 16'384;  // Submissions and chunks waiting.
inline constexpr size_t kQueueBytesMax = 64 * 1024 * 1024;
inline constexpr size_t kCommitEntriesMax = 4'096;  // Per batch.
inline constexpr size_t kCommitBytesMax = 8 * 1024 * 1024;
inline constexpr size_t kCommitLogsMax = 1'024;  // Foreign logs: bounds its Received.
inline constexpr int64_t kPurgeAgainMs = 60 * 1000;

// What a judge parsed of a submission on its way in, handed back to it.
class ParsedEvent {
 public:
  virtual ~ParsedEvent() = default;
};

// An event to record.
struct Submission {
  std::string data;  // A serialised EventData.
  std::string sender_signature;
  std::string principal;  // Attested by the server.
  std::vector<DisclosureText> disclosures;
  std::unique_ptr<ParsedEvent> parsed;  // May be null.
  // Where it stood in an epoch that was lost, if a restore records it again.
  std::optional<EarlierPlace> earlier = {};
};

// Where an event was recorded.
struct Recorded {
  std::string log;
  uint64_t index = 0;
  uint64_t clock = 0;
  int64_t recorded_at_ms = 0;
  bool duplicate = false;
};

// Decides what may be recorded. Called on the sequencer's thread only, in the
// order of the log.
class Judge {
 public:
  virtual ~Judge() = default;
  // OK with the basis (per log of the subject, the last index held), or why not.
  // Must take account of all that Accepted and Stored have told, durable or not.
  virtual absl::StatusOr<std::vector<LogIndex>> Admit(const DataHeader& header,
                                                      const Submission& submission) = 0;
  // The submission that was just admitted is entry `entry`, with these bytes. Not
  // called for the Received entries that the sequencer adds.
  virtual void Accepted(const EntryHeader& header, std::string_view entry,
                        const Submission& submission) = 0;
  // Entries of another log are in the commit being built. Told before any Admit of
  // that commit: own entries come after the Received that makes these known.
  virtual void Stored(const Chunk& chunk) = 0;
  // Whether the fields of two events with one id are the same, but for
  // commitments, which are compared through `stored`, the texts that are held
  // for the first; `submission` is the second. Called when the bytes differ.
  virtual bool SameFields(std::string_view first_data, const std::vector<DisclosureText>& stored,
                          const Submission& submission) = 0;
  // The commitments whose texts an entry of `log` orders erased, in every entry of its
  // subject; none for nearly all entries, and for one that its writer may not write.
  // Called for every entry that is stored, own or not; says the same on every tier.
  virtual std::vector<std::string> ErasedBy(std::string_view log, uint32_t type,
                                            std::string_view entry);
  // Whether the node of `log` may write anything at all about `subject`. Entries of others
  // stand aside in the index, where they cost no reader of the subject anything
  // (EventLog::ScanAside). Called for every entry that is stored; says the same on every
  // tier, whatever the entry holds.
  virtual bool MayWriteAbout(std::string_view log, std::string_view subject);
};

// Time and randomness arrive through here.
struct SequencerEnvironment {
  std::function<int64_t()> now_ms;                     // Wall clock.
  std::function<void(uint8_t* out, size_t n)> random;  // For ids of own entries.
};

class Sequencer {
 public:
  // `database` is the one that `log` was opened on. Everything must outlive the
  // sequencer. `key` signs checkpoints and cosignatures until ChangeKey; its name
  // is <trust domain>/<path>.
  Sequencer(Database& database, EventLog& log, Judge& judge, const note::SigningKey& key,
            SequencerEnvironment environment);
  // Finishes what is queued, then stops. Stop() may be called before.
  ~Sequencer();
  void Start();  // Starts the thread; without it, Step() drives the sequencer.
  // Finishes what is queued; later commands are answered UNAVAILABLE. Not to be
  // called from a callback.
  void Stop();

  // Drains the queue once and commits; for tests and the simulator, on the
  // caller's thread. Returns false if there was nothing to do.
  bool Step();

  // Records submissions in order; each is accepted or refused by itself. `done`
  // is called once, on the sequencer's thread (or the caller's, if refused at
  // the queue), after the sync; it must return at once.
  using RecordDone = std::function<void(std::vector<absl::StatusOr<Recorded>>)>;
  void Record(std::vector<Submission> submissions, RecordDone done);

  // Stores a verified chunk that begins at the held size of its log when its
  // turn comes; otherwise (another session was first) done gets ABORTED and
  // `held` says how far the copy is, with the latest stored checkpoint if it is of
  // that size. ABORTED as well if it begins an epoch whose first entry continues
  // another extent of the one before than is held, or if a later epoch is held. CLOCK_AHEAD if the
  // chunk's clock is more than kClockAheadMaxMs ahead of now, FORKED if the log is frozen,
  // PERMISSION_DENIED for the own log (an earlier epoch of it, which a restore fetches back, is
  // stored like another's), UNAVAILABLE and READ_ONLY as above. Several chunks of one log may wait.
  struct StoreResult {
    HeldLog held;
    // The checkpoint with this node's cosignature, if it is of the held size. The
    // cosignature's time is the second of the commit's Received.
    std::string cosigned_checkpoint;
  };
  using StoreDone = std::function<void(absl::Status, StoreResult)>;
  void Store(VerifiedChunk chunk, StoreDone done);

  // Adds the cosignatures on `note` to the stored checkpoint of that log and
  // size, or stores it; a key's first signature stays. The caller has verified
  // them. Dropped if the log is not held up to that size, if another root is
  // stored, or if the queue is full. Buffered, not synced: the cosigner keeps its
  // own.
  void SaveCheckpoint(std::string log, note::SignedCheckpoint checkpoint);

  // Freezes a log on evidence that its own key signed. Synced.
  void Freeze(std::string log, std::string evidence, std::function<void(absl::Status)> done);

  // Keeps a small value beside the logs (EventLog::SavedNote). Buffered; dropped if the
  // queue is full. `saved` is called, as a RecordDone, when it can be read; not at
  // all if it was dropped.
  void SaveNote(std::string key, std::string value, std::function<void()> saved = {});

  // A checkpoint of the own log at `size`, which must be durable (OUT_OF_RANGE
  // otherwise); signed now or before. At the whole durable size if nothing.
  absl::StatusOr<note::SignedCheckpoint> OwnCheckpoint(std::optional<uint64_t> size = {});

  // The signature of the key that signs, over a text that nobody can take for a
  // checkpoint, a cosignature or a change of key.
  struct KeySignature {
    uint32_t key_id = 0;
    std::string signature;
  };
  KeySignature SignText(std::string_view text) const;

  // From the next commit and the next checkpoint on, `key` signs. Thread-safe. What
  // is stored keeps the signatures that it has.
  void ChangeKey(std::shared_ptr<const note::SigningKey> key);
  // The public half of the key that signs.
  note::VerifierKey verifier() const;

  // Whether commands wait for the next commit.
  bool HasWork() const;

  // Tries again to free the files of texts that were erased, if that is owed: a backup or
  // a cursor held them. By itself it is tried after the commit that erases, after later
  // commits (kPurgeAgainMs), and when the node is opened.
  void PurgeErased();
  // Why the files may still hold texts that were erased; OK if they do not.
  absl::Status erased_in_files() const;

  // OK while the node records; READ_ONLY with the reason after a failed write.
  absl::Status health() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_WRITE_SEQUENCER_H_
