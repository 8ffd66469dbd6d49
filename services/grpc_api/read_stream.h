// One Read call: the entries of a log or of a subject that are there now.
#ifndef SERVICES_GRPC_API_READ_STREAM_H_
#define SERVICES_GRPC_API_READ_STREAM_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "eventstore/log/read/event_log.h"
#include "liggare/v1/event_service.pb.h"
#include "services/grpc_api/entry_stream.h"
#include "services/hosting/hosted_node.h"

namespace liggare::grpc_api {

class ReadStream final : public EntryStream<v1::ReadResponse> {
 public:
  // The nodes must live until the call has ended.
  ReadStream(const hosting::HostedNodes& nodes, const grpc::CallbackServerContext& context,
             v1::ReadRequest request, work::WorkerPool& pool, OpenStreams& streams);

 private:
  absl::Status Open(const hosting::HostedNodes& nodes, const grpc::CallbackServerContext& context);
  absl::StatusOr<Next> Produce(v1::ReadResponse& response) override;
  absl::StatusOr<Next> ProduceOfLog(v1::Entries& entries);
  absl::StatusOr<Next> ProduceOfSubject(v1::Entries& entries);
  absl::Status FindMoreOfSubject();

  const v1::ReadRequest request_;
  const log::EventLog* log_ = nullptr;
  uint64_t left_ = 0;                  // Entries that may still be sent.
  uint64_t next_index_ = 0;            // Of a log.
  uint64_t end_index_ = 0;             // Of a log: its size when the call began.
  std::deque<log::SubjectKey> found_;  // Of a subject, to be sent.
  std::optional<log::SubjectKey> last_found_;
  bool found_all_ = false;
};

}  // namespace liggare::grpc_api

#endif  // SERVICES_GRPC_API_READ_STREAM_H_
