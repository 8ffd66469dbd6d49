// One Read call: the entries of a log or of a subject that are there now.
#ifndef SERVICES_INGEST_READ_STREAM_H_
#define SERVICES_INGEST_READ_STREAM_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "eventstore/log/event_log.h"
#include "liggare/v1/event_service.pb.h"
#include "services/hosting/hosted_node.h"
#include "services/ingest/entry_stream.h"

namespace liggare::ingest {

class ReadStream final : public EntryStream<v1::ReadResponse> {
 public:
  // The nodes must live until the call has ended.
  ReadStream(const hosting::HostedNodes& nodes, const grpc::CallbackServerContext& context,
             v1::ReadRequest request, rpc::WorkerPool& pool, OpenStreams& streams);

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

}  // namespace liggare::ingest

#endif  // SERVICES_INGEST_READ_STREAM_H_
