// A node in memory, stepped by the test: its log, its sequencer and its states,
// and the copying of logs between such nodes. No thread, no clock of the machine.
#ifndef TESTS_SERVICES_STATE_TEST_NODE_H_
#define TESTS_SERVICES_STATE_TEST_NODE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "eventstore/log/read/event_log.h"
#include "eventstore/log/write/sequencer.h"
#include "eventstore/note/key.h"
#include "liggare/v1/event.pb.h"
#include "services/state/state_reader.h"
#include "tests/testing/memory_database.h"

namespace liggare::testing {

inline constexpr std::string_view kTrustDomain = "test.liggare.se";

// The key of the node with this path, the same at every call.
note::SigningKey KeyOfNode(std::string_view path);

// Milliseconds that the test moves; every node of a test may share one.
struct ManualClock {
  int64_t now_ms = 1'700'000'000'000;
};

class TestNode {
 public:
  // `clock` must outlive the node.
  TestNode(std::string path, ManualClock& clock);
  // On that database, which must outlive the node, instead of one in memory.
  TestNode(std::string path, ManualClock& clock, log::Database& database);
  ~TestNode();

  const std::string& path() const { return log_->path(); }
  log::EventLog& log() { return *log_; }
  log::Sequencer& sequencer() { return *sequencer_; }
  state::StateReader& states() { return *states_; }
  const note::SigningKey& key() const { return key_; }
  uint64_t own_size() const { return log_->Find(log_->own_log())->size; }

  // Records the event, with the basis that is held, and commits. The event gets
  // an id if it has none.
  log::Recorded Record(v1::EventData event, std::vector<log::DisclosureText> disclosures = {});
  // The same for bytes that need not be an EventData.
  log::Recorded RecordBytes(std::string data, std::vector<log::DisclosureText> disclosures = {});

  // The basis of the next event that is recorded, instead of what is held.
  void ClaimBasis(std::vector<log::LogIndex> basis);

  // Copies `log_name` from `source`, which holds it, up to `end`, verifies and
  // commits; what does not concern a node below the counties is withheld from it. Returns the
  // checkpoint with this node's cosignature, if one was made.
  std::string Receive(TestNode& source, const std::string& log_name, uint64_t end = UINT64_MAX);

 private:
  class BasisJudge;

  log::VerifiedChunk ReadChunk(TestNode& source, const std::string& log_name, uint64_t end);

  MemoryDatabase memory_;
  log::Database& database_;
  note::SigningKey key_;
  std::unique_ptr<log::EventLog> log_;
  std::unique_ptr<state::StateReader> states_;
  std::unique_ptr<BasisJudge> judge_;
  std::unique_ptr<log::Sequencer> sequencer_;
};

// A new event id at every call: distinct, not random.
std::string NextEventId();

}  // namespace liggare::testing

#endif  // TESTS_SERVICES_STATE_TEST_NODE_H_
