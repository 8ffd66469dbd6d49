// Records the submissions of one request and answers each by itself.
#ifndef SERVICES_RECORD_RECORD_BATCH_H_
#define SERVICES_RECORD_RECORD_BATCH_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "liggare/v1/event_service.pb.h"
#include "services/domain/law/authority.h"
#include "services/hosting/hosted_node.h"
#include "services/rpc/tls/identity.h"
#include "services/work/strand.h"

namespace liggare::record {

inline constexpr int kSubmissionsMax = 1024;  // Of one request.

using Submissions = google::protobuf::RepeatedPtrField<v1::Submission>;
using RecordResults = google::protobuf::RepeatedPtrField<v1::RecordResult>;

// Who sends a batch.
struct Sender {
  std::string principal;  // As the server attests it.
  domain::Certificate certificate = domain::Certificate::kSystem;
};
Sender SenderOf(const rpc::Identity& caller);

// OK for 1 to kSubmissionsMax; MISSING_FIELD or LIMIT_EXCEEDED otherwise.
absl::Status CheckSubmissionCount(int count);

// Parses the submissions on the calling thread, hands those that are well formed
// to the node's sequencer (an operator's only once a second one agrees, where the node asks
// for that), and fills `results`, one for each, in order. Then
// calls `done`: on a thread of `pool` or the sequencer's, or on this one before
// returning when nothing is left to record. `results` must live until then, and
// the pool as long as the sequencer.
void RecordBatch(const hosting::HostedNode& node, const Sender& sender, Submissions submissions,
                 RecordResults& results, work::WorkerPool& pool, std::function<void()> done);

}  // namespace liggare::record

#endif  // SERVICES_RECORD_RECORD_BATCH_H_
