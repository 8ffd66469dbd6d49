#include "services/replication/refill.h"

#include <optional>
#include <utility>

#include "proto/error/error.h"
#include "services/replication/chunk_source.h"
#include "services/replication/enrolment_chain.h"
#include "services/replication/limits.h"

namespace liggare::replication {
namespace {

// What a node holds in part comes back by the session, and is nothing to restore from.
bool IsCarried(const SessionEnds& ends, const std::string& log) {
  return (IsOutbound(ends, log) || IsInbound(ends, log)) && !IsInPart(ends, log);
}

}  // namespace

absl::StatusOr<v1::GetHoldingsResponse> HoldingsFor(const ReplicationNode::Parts& parts,
                                                    const SessionEnds& ends) {
  v1::GetHoldingsResponse holdings;
  for (const log::HeldLog& held : parts.log.Logs()) {
    if (!IsCarried(ends, held.name)) continue;
    *holdings.add_logs() = ToProto({held.name, held.size, held.root});
  }
  absl::StatusOr<v1::EnrolmentChain> chain =
      BuildEnrolmentChain(parts.log, parts.sequencer, parts.keys, ends.peer);
  if (chain.ok()) *holdings.mutable_enrolment() = *std::move(chain);
  return holdings;
}

absl::StatusOr<v1::GetChunkResponse> ChunkFor(const ReplicationNode::Parts& parts,
                                              const SessionEnds& ends,
                                              const v1::GetChunkRequest& request) {
  if (!IsCarried(ends, request.log())) {
    return MakeError(v1::ERROR_CODE_PERMISSION_DENIED,
                     {request.log() + " does not flow between " + ends.self + " and " + ends.peer,
                      "log", "a log of " + ends.peer + " or one that it relays"});
  }
  if (!parts.log.Find(request.log())) {
    return MakeError(v1::ERROR_CODE_NOT_FOUND,
                     {request.log() + " is not held at " + ends.self, "log", ""});
  }
  absl::StatusOr<ChunkSource::Reading> reading = ChunkSource(parts.log, parts.sequencer, parts.keys)
                                                     .Read({.log = request.log(),
                                                            .first_index = request.first_index(),
                                                            .end_index = request.end_index(),
                                                            .bytes_max = kChunkBytesMax});
  if (!reading.ok()) return reading.status();
  v1::GetChunkResponse response;
  *response.mutable_chunk() = std::move(reading->chunk);
  return response;
}

}  // namespace liggare::replication
