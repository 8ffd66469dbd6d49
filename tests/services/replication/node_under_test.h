// A node with real logs over a database in memory, a sequencer, and sessions over
// gRPC on the loopback, for the tests of this folder.
#ifndef TESTS_SERVICES_REPLICATION_NODE_UNDER_TEST_H_
#define TESTS_SERVICES_REPLICATION_NODE_UNDER_TEST_H_

#include <grpcpp/server.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "eventstore/log/read/event_log.h"
#include "eventstore/log/write/sequencer.h"
#include "eventstore/note/key.h"
#include "services/replication/chunks/key_registry.h"
#include "services/replication/drive/replication_node.h"
#include "services/replication/drive/replication_service.h"
#include "services/replication/drive/uplink.h"
#include "services/work/strand.h"
#include "services/work/thread_timer.h"
#include "tests/testing/memory_database.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::replication {

inline constexpr char kTrustDomain[] = "liggare.test";
inline constexpr int64_t kNowMs = 1'750'000'000'000;

// The key of a node: the same for the same path and variant.
note::SigningKey KeyOf(const std::string& path, int variant = 0);

// Fills with bytes that no call before has given.
void RandomBytes(uint8_t* out, size_t n);

// Admits every event.
class LenientJudge : public log::Judge {
 public:
  absl::StatusOr<std::vector<log::LogIndex>> Admit(const log::DataHeader&,
                                                   const log::Submission&) override {
    return std::vector<log::LogIndex>();
  }
  void Accepted(const log::EntryHeader&, std::string_view, const log::Submission&) override {}
  void Stored(const log::Chunk&) override {}
  bool SameFields(std::string_view, const std::vector<log::DisclosureText>&,
                  const log::Submission&) override {
    return false;
  }
};

// Its closures are real; the time that it tells is the test's.
class TestTimer : public work::ThreadTimer {
 public:
  explicit TestTimer(const std::atomic<int64_t>& now_ms) : now_ms_(now_ms) {}
  int64_t SteadyMs() override { return now_ms_; }

 private:
  const std::atomic<int64_t>& now_ms_;
};

// What all nodes of a test share. Must outlive them.
struct TestHost {
  work::WorkerPool workers{2};
  std::atomic<int64_t> now_ms = kNowMs;  // Of both clocks.
  TestTimer timer{now_ms};
};

class NodeUnderTest {
 public:
  // Takes the database over if one is given.
  NodeUnderTest(TestHost& host, const std::string& path,
                std::unique_ptr<testing::MemoryDatabase> database = nullptr);
  ~NodeUnderTest();

  // Records events; the index of the last.
  uint64_t Record(int count, size_t bytes = 100);
  // Records the enrolment of a child, or of `se` itself.
  void Enrol(const std::string& path) { EnrolKey(path, KeyOf(path)); }
  void EnrolKey(const std::string& path, const note::SigningKey& key);
  // Records a change of key that `signer` signed.
  void ChangeKey(const std::string& path, const note::SigningKey& signer,
                 const note::SigningKey& to);
  // Records that the key signs nothing beyond that extent of its log.
  void RevokeKey(const std::string& path, const note::SigningKey& key,
                 const std::pair<std::string, uint64_t>& extent);
  // Records that the node's log ended there.
  void CloseNode(const std::string& path, uint64_t size);
  // An event about the report of another node, with a text behind a commitment.
  void RecordAbout(const std::string& verksamhet, const std::string& text);
  // A text behind a commitment, in an event of its own.
  void RecordWithText(const std::string& text);

  // An event of a type, and with fields, that this version does not know. Its bytes.
  std::string RecordOfLaterVersion();

  // Serves on a free port; the same one again after StopServer. What watches the calls runs
  // on `timer` if one is given, which must outlive them.
  void Serve(work::Timer* timer = nullptr);
  void StopServer();
  // Dials the parent, whose port is asked for at each attempt.
  void Dial(NodeUnderTest& parent);
  void HangUp();

  const std::string& path() const { return log->path(); }
  const std::string& own() const { return log->own_log(); }
  int port() const { return port_; }
  uint64_t SizeOf(const std::string& name) const;
  merkle::Hash RootOf(const std::string& name) const;
  // Whether this node holds the other's own log in full.
  bool HoldsAllOf(const NodeUnderTest& other) const;
  // Whether a stored checkpoint of the log at its size is cosigned by the node.
  bool IsCosigned(const std::string& name, const std::string& by) const;
  // Ends the sessions, and gives the database away.
  std::unique_ptr<testing::MemoryDatabase> Shut();

  testing::ScratchDirectory directory;
  std::unique_ptr<testing::MemoryDatabase> database;
  note::SigningKey key;
  std::unique_ptr<log::EventLog> log;
  LenientJudge judge;
  std::unique_ptr<log::Sequencer> sequencer;
  std::unique_ptr<KeyRegistry> keys;
  std::unique_ptr<ReplicationNode> node;

 private:
  void RecordData(std::string data, std::vector<log::DisclosureText> disclosures);

  TestHost& host_;
  std::unique_ptr<ReplicationService> service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Uplink> uplink_;
  int port_ = 0;
  uint64_t recorded_ = 0;
};

// A channel whose calls say, in place of a certificate, whose they are.
std::shared_ptr<grpc::Channel> ChannelAs(const std::string& path, int port);

// Waits until it is so; false after half a minute.
bool Eventually(const std::function<bool()>& is_so);

}  // namespace liggare::replication

#endif  // TESTS_SERVICES_REPLICATION_NODE_UNDER_TEST_H_
