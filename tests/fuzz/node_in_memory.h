// A node over a database in memory, in one thread: its owner says when its sequencer,
// its workers and its timer do the next step. Its judge admits everything, its clock
// stands still unless it is moved, and its key is made from its path.
#ifndef TESTS_FUZZ_NODE_IN_MEMORY_H_
#define TESTS_FUZZ_NODE_IN_MEMORY_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "eventstore/log/read/event_log.h"
#include "eventstore/log/write/sequencer.h"
#include "eventstore/note/key.h"
#include "liggare/v1/event.pb.h"
#include "liggare/v1/replication_service.pb.h"
#include "services/replication/chunks/key_registry.h"
#include "services/replication/drive/replication_node.h"
#include "services/work/strand.h"
#include "services/work/timer.h"
#include "tests/testing/memory_database.h"

namespace liggare::testing {

inline constexpr char kFuzzTrustDomain[] = "liggare.test";
inline constexpr int64_t kFuzzNowMs = 1'700'000'000'000;

// The key of the node of that path.
note::SigningKey FuzzKeyOf(const std::string& path);

// A clock that stands still, and bytes that are the same in every run.
log::SequencerEnvironment FuzzEnvironment();

// Keeps what is to be done later, until it is asked for.
class StepTimer : public work::Timer {
 public:
  void After(int64_t, std::function<void()> closure) override;
  int64_t SteadyMs() override { return kFuzzNowMs; }
  void RunAll();

 private:
  std::vector<std::function<void()>> waiting_;
};

class NodeInMemory {
 public:
  explicit NodeInMemory(const std::string& path);
  ~NodeInMemory();

  // Gives the event an id and records it; at most 255 times.
  absl::Status Record(v1::EventData event);
  absl::Status Enrol(const std::string& path);
  // Verifies and stores a chunk that must be right.
  void Take(v1::Chunk chunk);
  // Lets everything happen that was asked for so far. Whether anything did.
  bool Settle();
  // What a session, or a clock, asked to be done after a time.
  void LetTimePass(int64_t ms);

  replication::ReplicationNode& node() { return *node_; }
  const replication::ReplicationNode::Parts& parts() const { return node_->parts(); }
  const log::EventLog& log() const { return *log_; }
  MemoryDatabase& database() { return database_; }

 private:
  const note::SigningKey key_;
  int64_t now_ms_ = kFuzzNowMs;
  uint8_t recorded_ = 0;
  MemoryDatabase database_;
  std::unique_ptr<log::Judge> judge_;
  StepTimer timer_;
  work::WorkerPool workers_{0};
  std::unique_ptr<log::EventLog> log_;
  std::unique_ptr<log::Sequencer> sequencer_;
  std::unique_ptr<replication::KeyRegistry> keys_;
  std::unique_ptr<replication::ReplicationNode> node_;
};

}  // namespace liggare::testing

#endif  // TESTS_FUZZ_NODE_IN_MEMORY_H_
