// se/17/varmland with its EventService behind a port of the loopback, by mutual TLS.
// Its sequencer has no thread: nothing is recorded, and so answered, before Run().
#ifndef TESTS_SERVICES_GRPC_API_SERVED_NODE_H_
#define TESTS_SERVICES_GRPC_API_SERVED_NODE_H_

#include <grpcpp/server.h>

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "eventstore/note/key.h"
#include "liggare/v1/event_service.grpc.pb.h"
#include "services/grpc_api/event_service.h"
#include "services/record/event_judge.h"
#include "services/work/strand.h"
#include "tests/testing/certificates.h"
#include "tests/testing/memory_database.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::testing {

class ServedNode {
 public:
  ServedNode();
  // Answers what waits, and ends every call.
  ~ServedNode();

  // A client, se/17/varmland/system/test, with a connection of its own.
  std::unique_ptr<v1::EventService::Stub> NewClient();

  // Requests to record that were taken from gRPC.
  size_t Taken();
  // False if there were never so many.
  bool AwaitTaken(size_t count);
  // From now on everything is recorded as it comes.
  void Run() { sequencer_.Start(); }
  // Records these, in one commit.
  void Record(const std::vector<v1::EventData>& events);

  const log::EventLog& log() const { return *log_; }

 private:
  hosting::HostedNode Hosted();
  void Serve();

  ScratchDirectory scratch_;
  TestAuthority authority_{scratch_.path()};
  MemoryDatabase database_;
  note::SigningKey key_;
  std::unique_ptr<log::EventLog> log_;
  record::EventJudge judge_;
  log::Sequencer sequencer_;
  replication::KeyRegistry keys_;
  state::StateReader states_;
  work::WorkerPool workers_{1};
  hosting::HostedNodes nodes_;
  grpc_api::EventService service_{nodes_, workers_, workers_};
  std::unique_ptr<grpc::Server> server_;
  std::string address_;

  std::mutex mutex_;
  std::condition_variable changed_;
  size_t taken_ = 0;
};

}  // namespace liggare::testing

#endif  // TESTS_SERVICES_GRPC_API_SERVED_NODE_H_
