#include "services/node/listener_watch.h"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace liggare::node {
namespace {

std::shared_ptr<grpc::Channel> Dial(int port) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(port),
                                   grpc::InsecureChannelCredentials(), arguments);
}

TEST(ListenerWatchTest, ServerThatListensNoMoreIsDeaf) {
  grpc::CallbackGenericService service;
  grpc::ServerBuilder builder;
  builder.RegisterCallbackGenericService(&service);
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  std::atomic<int> attempts = 0;
  std::promise<void> connected;
  std::promise<int> deaf;
  std::promise<void> stopped;
  ListenerWatch watch({.interval_ms = 1,
                       .connect_max_ms = 200,
                       .failures_max = 2,
                       .dial =
                           [&, port] {
                             // The server is stopped after one good attempt.
                             if (++attempts == 2) {
                               connected.set_value();
                               stopped.get_future().wait();
                             }
                             return Dial(port);
                           },
                       .on_deaf = [&] { deaf.set_value(attempts); }});
  connected.get_future().wait();
  server->Shutdown();
  server.reset();
  stopped.set_value();
  EXPECT_EQ(deaf.get_future().get(), 3);
}

}  // namespace
}  // namespace liggare::node
