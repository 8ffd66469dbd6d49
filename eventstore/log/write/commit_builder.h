// Builds one commit: the rows of its batch and the logs as they will be after it.
// Judges nothing but what the store itself must refuse. Private to this folder.
#ifndef EVENTSTORE_LOG_WRITE_COMMIT_BUILDER_H_
#define EVENTSTORE_LOG_WRITE_COMMIT_BUILDER_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "eventstore/log/bytes/entry.h"
#include "eventstore/log/database/database.h"
#include "eventstore/log/read/chunk.h"
#include "eventstore/log/read/event_log.h"
#include "eventstore/log/read/working_logs.h"
#include "eventstore/log/write/commit_texts.h"
#include "eventstore/log/write/sequencer.h"
#include "eventstore/note/key.h"

namespace liggare::log {

// What a commit is built upon. Everything must outlive the builder.
struct CommitContext {
  const Database& database;
  const LogCatalog& catalog;
  const EventLog& log;
  Judge& judge;
  const note::SigningKey& key;
  int64_t now_ms = 0;
};

// Not thread-safe. Foreign entries are stored before own ones are recorded.
class CommitBuilder {
 public:
  // `batch` must be empty.
  CommitBuilder(const CommitContext& context, Batch& batch);

  // Adds the chunk, which must live until Finish, or says why not (Sequencer::Store).
  absl::Status Store(const VerifiedChunk& verified);

  // Whether the commit must contain a Received, or one more, and adding it.
  bool NeedsReceived();
  void AddReceived(std::string_view event_id);

  // The next own entry, encoded. `submission` and `basis` must be valid.
  struct OwnEntry {
    std::string bytes;
    EntryHeader header;  // Views into the submission and this builder.
  };
  OwnEntry Encode(const DataHeader& data_header, const Submission& submission,
                  const std::vector<LogIndex>& basis);
  // Makes it the own log's next entry. The texts must live until Finish.
  void Append(const OwnEntry& entry, const std::vector<DisclosureText>& disclosures);

  void SaveCheckpoint(std::string_view log, const note::SignedCheckpoint& checkpoint);
  void SaveNote(std::string_view key, std::string_view value);
  void Freeze(std::string_view log, std::string_view evidence);

  // Computes the own root; cosigns and stores the checkpoints that the commit reaches;
  // stores and erases texts. Nothing may be added afterwards. DATA_LOSS if what is stored
  // can't be read.
  absl::Status Finish();
  // Note bytes of the checkpoint cosigned in this commit; empty if none was.
  std::string CosignedCheckpoint(std::string_view log) const;

  // Whether a machine that stops may lose nothing of it.
  // Whether texts go that are on disk. After Finish.
  bool erases_texts() const { return texts_.erases(); }
  bool must_sync() const { return must_sync_; }
  int64_t now_ms() const { return context_.now_ms; }
  bool own_log_frozen() const { return own_.held.frozen; }
  WorkingLogs& logs() { return logs_; }

 private:
  uint64_t NextClock();
  // An entry as it is stored and indexed.
  struct IndexedEntry {
    std::string_view bytes;
    std::string_view event_id;
    std::string_view subject;
    uint32_t type = 0;
    uint64_t clock = 0;
    merkle::Hash leaf = {};
  };
  void PutEntry(WorkingLog& log, const IndexedEntry& entry);
  void PutWithheld(WorkingLog& log, std::string_view leaf);
  void PutFullTiles(uint32_t log, const std::vector<merkle::FullTile>& tiles);
  void PutName(WorkingLog& log);
  // Whether the log is one of this node's path, in whatever epoch.
  bool IsOwnEpoch(std::string_view log) const;
  // The known rows of a Received of an earlier epoch that comes back.
  void PutKnown(const WorkingLog& log, std::string_view received);
  absl::Status CheckStorable(const VerifiedChunk& verified, const WorkingLog& log) const;
  // That the epochs of a node's log come one after the other, each where the one before
  // was left. Two sessions of one node may each be right by what it saw.
  absl::Status CheckEpochs(const VerifiedChunk& verified);
  // Those of a path, with what this commit adds.
  std::set<std::string> LogsOf(const std::string& path);
  void AddChunkTexts(uint32_t log, const VerifiedChunk& verified);
  // Whether a Received must still tell of the log.
  bool IsToBeNamed(const WorkingLog& log) const;
  std::string ReceivedData(std::string_view event_id);
  // The checkpoint as stored or as it will be by this commit.
  std::string StoredCheckpoint(const std::string& key);
  // Stores the checkpoint or adds its signatures to the stored one, if what comes of it
  // can be read again. The stored note; empty if that is of another root, or none is.
  std::string PutCheckpoint(uint32_t log, const note::SignedCheckpoint& checkpoint);
  void Cosign(WorkingLog& log);

  const CommitContext context_;
  Batch& batch_;
  CommitTexts texts_;
  WorkingLogs logs_;
  WorkingLog& own_;
  uint64_t last_clock_;
  bool must_sync_ = false;
  std::vector<merkle::FullTile> full_tiles_;  // Of one Append; kept for its memory.
  std::map<std::string, std::string, std::less<>> checkpoints_;  // Stored here, by key.
  std::map<std::string, std::string, std::less<>> cosigned_;     // By log.
};

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_WRITE_COMMIT_BUILDER_H_
