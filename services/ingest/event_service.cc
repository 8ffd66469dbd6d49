#include "services/ingest/event_service.h"

#include "services/hosting/addressed_node.h"
#include "services/ingest/read_stream.h"
#include "services/ingest/record_batch.h"
#include "services/ingest/record_stream.h"
#include "services/ingest/subscription.h"
#include "services/rpc/status.h"

namespace liggare::ingest {

EventService::EventService(const hosting::HostedNodes& nodes, rpc::WorkerPool& readers,
                           rpc::WorkerPool& answers)
    : nodes_(nodes), readers_(readers), answers_(answers) {}

grpc::ServerUnaryReactor* EventService::Record(grpc::CallbackServerContext* context,
                                               const v1::RecordRequest* request,
                                               v1::RecordResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  absl::StatusOr<hosting::AddressedNode> target =
      hosting::NodeForRecording(nodes_, *context->auth_context(), request->node());
  absl::Status status = target.status();
  if (status.ok()) status = CheckSubmissionCount(request->submissions_size());
  if (!status.ok()) {
    reactor->Finish(rpc::ToGrpcStatus(status));
    return reactor;
  }
  RecordBatch(target->node, SenderOf(target->caller), request->submissions(),
              *response->mutable_results(), answers_,
              [reactor] { reactor->Finish(grpc::Status::OK); });
  return reactor;
}

grpc::ServerBidiReactor<v1::RecordStreamRequest, v1::RecordStreamResponse>*
EventService::RecordStream(grpc::CallbackServerContext* context) {
  return new ingest::RecordStream(nodes_, *context, answers_, streams_);
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

}  // namespace liggare::ingest
