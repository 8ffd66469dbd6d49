// A server with mutual TLS whose RecordStream and Read do what a test says.
#ifndef TESTS_CLIENTS_CPP_FAKE_SERVER_H_
#define TESTS_CLIENTS_CPP_FAKE_SERVER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "clients/cpp/connection.h"
#include "grpcpp/server.h"
#include "liggare/v1/event_service.grpc.pb.h"
#include "tests/testing/certificates.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::testing {

// What is recorded and answered. Counts what came.
class FakeEventService : public v1::EventService::Service {
 public:
  // Answers every submission as recorded, at the next index, unless told otherwise.
  // Gives the answer to one submission; called in order.
  std::function<v1::RecordResult(const v1::Submission&)> answer;
  // Each stream ends with UNAVAILABLE after this many answers; 0: never. Used up.
  std::vector<int> break_after;
  // Of the one message that Read answers with; 0: it answers with what is recorded.
  size_t read_answer_bytes = 0;

  grpc::Status RecordStream(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<v1::RecordStreamResponse, v1::RecordStreamRequest>* stream) override;
  grpc::Status Read(grpc::ServerContext* context, const v1::ReadRequest* request,
                    grpc::ServerWriter<v1::ReadResponse>* writer) override;

  // The data of every submission that was answered, in order.
  std::vector<std::string> recorded() const;
  int streams() const;

 private:
  v1::RecordResult RecordOne(const v1::Submission& submission);

  mutable std::mutex mutex_;
  std::vector<std::string> recorded_;
  int streams_ = 0;
};

// The service behind a port of the loopback.
class FakeServer {
 public:
  // `host` is the name in the server's certificate.
  explicit FakeServer(const std::string& host = "lan17");
  ~FakeServer();

  // Options of a client, se/17/system/test, that fit the server.
  client::ConnectionOptions Options();
  std::unique_ptr<client::Connection> Connect();

  FakeEventService service;
  ScratchDirectory directory;
  TestAuthority authority;
  int port = 0;

 private:
  const std::string host_;
  std::unique_ptr<grpc::Server> server_;
};

// A time at which the test certificates are valid, seconds since 1970.
inline constexpr int64_t kValidAtS = 1'736'845'953;

}  // namespace liggare::testing

#endif  // TESTS_CLIENTS_CPP_FAKE_SERVER_H_
