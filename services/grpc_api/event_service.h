// EventService over the hosted nodes (event_service.proto). Every method checks
// the caller's identity against the node that it names.
#ifndef SERVICES_GRPC_API_EVENT_SERVICE_H_
#define SERVICES_GRPC_API_EVENT_SERVICE_H_

#include "liggare/v1/event_service.grpc.pb.h"
#include "services/grpc_api/open_streams.h"
#include "services/hosting/hosted_node.h"
#include "services/work/strand.h"

namespace liggare::grpc_api {

// Thread-safe. The nodes and the pools must outlive the server that this is
// registered with: entries are read from disk on `readers`, and answers to
// recorders, which must not wait behind that, go out on `answers`.
class EventService : public v1::EventService::CallbackService {
 public:
  EventService(const hosting::HostedNodes& nodes, work::WorkerPool& readers,
               work::WorkerPool& answers);

  grpc::ServerUnaryReactor* Record(grpc::CallbackServerContext* context,
                                   const v1::RecordRequest* request,
                                   v1::RecordResponse* response) override;
  grpc::ServerBidiReactor<v1::RecordStreamRequest, v1::RecordStreamResponse>* RecordStream(
      grpc::CallbackServerContext* context) override;
  grpc::ServerWriteReactor<v1::ReadResponse>* Read(grpc::CallbackServerContext* context,
                                                   const v1::ReadRequest* request) override;
  grpc::ServerWriteReactor<v1::SubscribeResponse>* Subscribe(
      grpc::CallbackServerContext* context, const v1::SubscribeRequest* request) override;

  // Ends the streams: what was taken is answered, nothing more is taken, and
  // the calls end with UNAVAILABLE. Before the server's Shutdown.
  void Drain();

 private:
  const hosting::HostedNodes& nodes_;
  work::WorkerPool& readers_;
  work::WorkerPool& answers_;
  OpenStreams streams_;
};

}  // namespace liggare::grpc_api

#endif  // SERVICES_GRPC_API_EVENT_SERVICE_H_
