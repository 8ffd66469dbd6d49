// Speakers over gRPC: as a child that calls a parent, and as a parent that is called.
#ifndef TESTS_HOSTILE_STREAMS_H_
#define TESTS_HOSTILE_STREAMS_H_

#include <grpcpp/channel.h>
#include <grpcpp/server_builder.h>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "absl/base/thread_annotations.h"
#include "liggare/v1/replication_service.grpc.pb.h"
#include "tests/hostile/speaker.h"

namespace liggare::hostile {

// As a child. The channel shows the child's certificate.
std::unique_ptr<Speaker> CallParent(const std::shared_ptr<grpc::Channel>& channel);

// As a parent: a server whose streams are given to the test.
class ParentServer : private v1::ReplicationService::Service {
 public:
  explicit ParentServer(const std::shared_ptr<grpc::ServerCredentials>& credentials);
  ~ParentServer() override;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  // The next stream of the child of that path, and its Hello; null if none comes.
  struct Caller {
    std::unique_ptr<Speaker> speaker;
    v1::Hello hello;
  };
  Caller AwaitChild(const std::string& path);

 private:
  class Stream;
  grpc::Status Replicate(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<v1::ReplicateResponse, v1::ReplicateRequest>* stream) override;

  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<std::shared_ptr<Stream>> streams_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace liggare::hostile

#endif  // TESTS_HOSTILE_STREAMS_H_
