// Records the submissions of one request and answers each by itself.
#ifndef SERVICES_INGEST_RECORD_BATCH_H_
#define SERVICES_INGEST_RECORD_BATCH_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "liggare/v1/event_service.pb.h"
#include "services/hosting/hosted_node.h"
#include "services/rpc/strand.h"

namespace liggare::ingest {

inline constexpr int kSubmissionsMax = 1024;  // Of one request.

using Submissions = google::protobuf::RepeatedPtrField<v1::Submission>;
using RecordResults = google::protobuf::RepeatedPtrField<v1::RecordResult>;

// OK for 1 to kSubmissionsMax; MISSING_FIELD or LIMIT_EXCEEDED otherwise.
absl::Status CheckSubmissionCount(int count);

// Parses the submissions on the calling thread, hands those that are well formed
// to the node's sequencer, and fills `results`, one for each, in order. Then
// calls `done`: on a thread of `pool` or the sequencer's, or on this one before
// returning when nothing is left to record. `results` must live until then, and
// the pool as long as the sequencer.
void RecordBatch(const hosting::HostedNode& node, const std::string& principal,
                 Submissions submissions, RecordResults& results, rpc::WorkerPool& pool,
                 std::function<void()> done);

}  // namespace liggare::ingest

#endif  // SERVICES_INGEST_RECORD_BATCH_H_
