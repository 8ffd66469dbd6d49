// A node on a SimulatedDisk that lives, crashes and lives again: the real
// RocksDatabase, EventLog and Sequencer.
#ifndef TESTS_EVENTSTORE_LOG_CRASHING_NODE_H_
#define TESTS_EVENTSTORE_LOG_CRASHING_NODE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <string>

#include "absl/status/status.h"
#include "eventstore/log/database/rocksdb_database.h"
#include "eventstore/log/read/event_log.h"
#include "eventstore/log/write/sequencer.h"
#include "rocksdb/env.h"
#include "tests/eventstore/log/crash_history.h"
#include "tests/eventstore/log/test_node.h"
#include "tests/testing/simulated_disk.h"

namespace liggare::testing {

class CrashingNode {
 public:
  // The seed decides what is lost at crashes. Entries of other logs come from
  // `child`, which must outlive this.
  CrashingNode(uint64_t seed, TestNode& child);
  ~CrashingNode();

  // Opens what the disk holds. The sequencer runs by itself.
  absl::Status Open();
  // Closes it, in order if the machine still runs.
  void Close(bool flush);

  // Sends `events` events from each of several senders at once and `chunks` chunks
  // of the child's log, and waits for every answer.
  void Work(int events, int chunks);
  // One event, answered.
  absl::StatusOr<log::Recorded> RecordOne();
  // Checks that what is held agrees with the history.
  void Check() { history_.Check(*log_, *database_); }

  SimulatedDisk& disk() { return disk_; }
  CrashHistory& history() { return history_; }
  bool is_open() const { return sequencer_ != nullptr; }
  log::EventLog& log() { return *log_; }
  log::RocksDatabase& database() { return *database_; }
  log::Sequencer& sequencer() { return *sequencer_; }
  std::mt19937_64& random() { return random_; }
  log::SharedResources& shared() { return *shared_; }

  static constexpr char kPath[] = "/var/node";

 private:
  class Answers;
  log::Submission NextSubmission(int sender, std::mt19937_64& random);
  void Send(int sender, int events, uint64_t seed, Answers& answers);
  void SendChunks(int chunks, Answers& answers);

  SimulatedDisk disk_;
  const std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<log::SharedResources> shared_;
  TestNode& child_;
  std::mt19937_64 random_;
  CrashHistory history_;
  FakeJudge judge_;
  const note::SigningKey key_;
  std::atomic<uint64_t> next_id_{1};
  int64_t now_ms_ = kStartMs;

  std::unique_ptr<log::RocksDatabase> database_;
  std::unique_ptr<log::EventLog> log_;
  std::unique_ptr<log::EventLog::Subscription> subscription_;
  std::unique_ptr<log::Sequencer> sequencer_;
};

}  // namespace liggare::testing

#endif  // TESTS_EVENTSTORE_LOG_CRASHING_NODE_H_
