// What waits for the sequencer. Private to this folder.
#ifndef EVENTSTORE_LOG_WRITE_COMMAND_QUEUE_H_
#define EVENTSTORE_LOG_WRITE_COMMAND_QUEUE_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "eventstore/log/read/chunk.h"
#include "eventstore/log/write/sequencer.h"
#include "eventstore/note/checkpoint.h"

namespace liggare::log {

struct RecordCommand {
  std::vector<Submission> submissions;
  Sequencer::RecordDone done;
};
struct StoreCommand {
  VerifiedChunk chunk;
  Sequencer::StoreDone done;
};
struct SaveCheckpointCommand {
  std::string log;
  note::SignedCheckpoint checkpoint;
};
struct FreezeCommand {
  std::string log;
  std::string evidence;
  std::function<void(absl::Status)> done;
};
struct SaveNoteCommand {
  std::string key;
  std::string value;
  std::function<void()> saved;  // May be empty.
};
struct PurgeCommand {};
using Command = std::variant<RecordCommand, StoreCommand, SaveCheckpointCommand, FreezeCommand,
                             SaveNoteCommand, PurgeCommand>;

// Thread-safe, first in first out.
//
// Callers share it: whoever has something waiting may add no more than makes it as
// much as is still free. One that floods gets half of the queue, the next half of the
// rest, and while it drains they come to even shares; those who come after them find
// room, and what they add is at most a whole queue away from its commit.
class CommandQueue {
 public:
  // Adds the command and leaves nothing in it. UNAVAILABLE, with the command as it
  // was, if the queue (kQueueCommandsMax, kQueueBytesMax) or its caller's share of
  // it is full, or the queue closed.
  absl::Status Add(Command& command);

  // Takes what fits into one commit (kCommitEntriesMax, kCommitBytesMax,
  // kCommitLogsMax; at least one command), or nothing.
  std::vector<Command> Take();

  bool empty() const;

  // Waits until there is something to take or the queue is closed. False if it is
  // closed and empty.
  bool Wait();

  // Refuses what comes from now on; what is queued can still be taken.
  void Close();

 private:
  // What a command costs, counted once when it comes.
  struct Cost {
    size_t commands = 1;  // In the queue: of a Record, its submissions.
    size_t entries = 1;   // In a commit.
    size_t bytes = 0;
    size_t logs = 0;  // Foreign ones.
  };
  struct Waiting {
    Command command;
    Cost cost;
    std::string caller;
  };
  // What one caller has waiting.
  struct Share {
    size_t commands = 0;
    size_t bytes = 0;
  };
  static Cost CostOf(const Command& command);
  // The principal of a Record; empty for what the node itself does.
  static std::string CallerOf(const Command& command);
  absl::Status CheckRoom(const Cost& cost, const std::string& caller) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Forget(const Waiting& waiting) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  size_t commands_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, Share> shares_ ABSL_GUARDED_BY(mutex_);  // By caller.
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_WRITE_COMMAND_QUEUE_H_
