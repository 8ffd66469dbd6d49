#include "tests/testing/unread_calls.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/support/channel_arguments.h>

#include <utility>

namespace liggare::testing {
namespace {

std::shared_ptr<grpc::Channel> Dial(const std::string& address,
                                    const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);  // Else windows are of megabytes.
  return grpc::CreateCustomChannel(address, credentials, arguments);
}

}  // namespace

UnreadCalls::UnreadCalls(const std::string& address,
                         const std::shared_ptr<grpc::ChannelCredentials>& credentials)
    : stub_(Dial(address, credentials)) {}

UnreadCalls::~UnreadCalls() {
  for (const auto& call : calls_) call->context.TryCancel();
  queue_.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
  }
}

void UnreadCalls::Start(const std::string& method, const std::string& request) {
  auto call = std::make_unique<Call>();
  const grpc::Slice message(request);
  call->request = grpc::ByteBuffer(&message, 1);
  call->context.set_initial_metadata_corked(true);  // The call begins with its message.
  call->stream = stub_.PrepareCall(&call->context, method, &queue_);
  call->stream->StartCall(nullptr);
  call->stream->WriteLast(call->request, grpc::WriteOptions(), nullptr);
  calls_.push_back(std::move(call));
}

}  // namespace liggare::testing
