// Calls whose caller takes no answer from the wire.
#ifndef TESTS_TESTING_UNREAD_CALLS_H_
#define TESTS_TESTING_UNREAD_CALLS_H_

#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/byte_buffer.h>

#include <memory>
#include <string>
#include <vector>

namespace liggare::testing {

// The calls of one connection, which takes no more of an answer than HTTP/2's first window:
// 64 KiB. Not thread-safe.
class UnreadCalls {
 public:
  UnreadCalls(const std::string& address,
              const std::shared_ptr<grpc::ChannelCredentials>& credentials);
  // Cancels them.
  ~UnreadCalls();

  // `request` is the message's bytes.
  void Start(const std::string& method, const std::string& request);

 private:
  struct Call {
    grpc::ClientContext context;
    grpc::ByteBuffer request;
    std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream;
  };
  grpc::GenericStub stub_;
  grpc::CompletionQueue queue_;
  std::vector<std::unique_ptr<Call>> calls_;
};

}  // namespace liggare::testing

#endif  // TESTS_TESTING_UNREAD_CALLS_H_
