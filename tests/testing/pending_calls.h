// Unary calls that go on while a test does something else: messages are bytes, and
// how each call ended is kept.
#ifndef TESTS_TESTING_PENDING_CALLS_H_
#define TESTS_TESTING_PENDING_CALLS_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace liggare::testing {

// The calls of one channel.
class PendingCalls {
 public:
  explicit PendingCalls(const std::shared_ptr<grpc::Channel>& channel) : stub_(channel) {}
  // Cancels what has not ended.
  ~PendingCalls();

  void Start(const std::string& method, size_t message_bytes = 0);
  // Whether a call of it is answered; waits for a connection.
  bool IsAnswered(const std::string& method);
  // False if so many never ended.
  bool AwaitEnded(size_t count);
  bool AwaitAllEnded() { return AwaitEnded(calls_.size()); }
  // In the order in which they ended.
  std::vector<grpc::Status> Ended();

 private:
  struct Call {
    grpc::ClientContext context;
    grpc::ByteBuffer request;
    grpc::ByteBuffer response;
  };
  void Start(Call& call, const std::string& method, size_t message_bytes);

  grpc::GenericStub stub_;
  std::deque<Call> calls_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<grpc::Status> ended_;
};

}  // namespace liggare::testing

#endif  // TESTS_TESTING_PENDING_CALLS_H_
