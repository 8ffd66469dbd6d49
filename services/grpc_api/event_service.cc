#include "services/grpc_api/event_service.h"

#include "services/grpc_api/read_stream.h"
#include "services/grpc_api/record_stream.h"
#include "services/grpc_api/subscription.h"
#include "services/hosting/addressed_node.h"
#include "services/record/record_batch.h"
#include "services/rpc/call/status.h"

namespace liggare::grpc_api {

EventService::EventService(const hosting::HostedNodes& nodes, work::WorkerPool& readers,
                           work::WorkerPool& answers)
    : nodes_(nodes), readers_(readers), answers_(answers) {}

grpc::ServerUnaryReactor* EventService::Record(grpc::CallbackServerContext* context,
                                               const v1::RecordRequest* request,
                                               v1::RecordResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  absl::StatusOr<hosting::AddressedNode> target =
      hosting::NodeForRecording(nodes_, *context->auth_context(), request->node());
  absl::Status status = target.status();
  if (status.ok()) status = record::CheckSubmissionCount(request->submissions_size());
  if (!status.ok()) {
    reactor->Finish(rpc::ToGrpcStatus(status));
    return reactor;
  }
  record::RecordBatch(target->node, record::SenderOf(target->caller), request->submissions(),
                      *response->mutable_results(), answers_,
                      [reactor] { reactor->Finish(grpc::Status::OK); });
  return reactor;
}

grpc::ServerBidiReactor<v1::RecordStreamRequest, v1::RecordStreamResponse>*
EventService::RecordStream(grpc::CallbackServerContext* context) {
  return new grpc_api::RecordStream(nodes_, *context, answers_, streams_);
}

grpc::ServerWriteReactor<v1::ReadResponse>* EventService::Read(grpc::CallbackServerContext* context,
                                                               const v1::ReadRequest* request) {
  return new ReadStream(nodes_, *context, *request, readers_, streams_);
}

grpc::ServerWriteReactor<v1::SubscribeResponse>* EventService::Subscribe(
    grpc::CallbackServerContext* context, const v1::SubscribeRequest* request) {
  return new Subscription(nodes_, *context, *request, readers_, streams_);
}

void EventService::Drain() { streams_.DrainAll(); }

}  // namespace liggare::grpc_api
