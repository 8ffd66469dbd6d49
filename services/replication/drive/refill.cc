#include "services/replication/drive/refill.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "eventstore/log/bytes/commitment.h"
#include "proto/error/error.h"
#include "services/replication/chunks/chunk_source.h"
#include "services/replication/chunks/enrolment_chain.h"
#include "services/replication/chunks/key_check.h"
#include "services/replication/session/key_proof.h"
#include "services/replication/session/limits.h"

namespace liggare::replication {
namespace {

// What a node holds in part comes back by the session, and is nothing to restore from.
bool IsCarried(const SessionEnds& ends, const std::string& log) {
  return (IsOutbound(ends, log) || IsInbound(ends, log)) && !IsInPart(ends, log);
}

std::string Challenge(const std::string& secret, const SessionEnds& ends, int64_t interval) {
  // The space ends a path.
  return log::CommitmentOf(secret, ends.self + " " + ends.peer + " " + std::to_string(interval));
}

// The nation's first key is pinned, and no entry need say it.
v1::EnrolmentChain ChainOrNone(const ReplicationNode::Parts& parts, const std::string& path) {
  absl::StatusOr<v1::EnrolmentChain> chain =
      BuildEnrolmentChain(parts.log, parts.sequencer, parts.keys, path);
  return chain.ok() ? *std::move(chain) : v1::EnrolmentChain();
}

}  // namespace

v1::GetChallengeResponse ChallengeFor(const ReplicationNode::Parts& parts,
                                      const std::string& secret, const SessionEnds& ends) {
  v1::GetChallengeResponse response;
  response.set_challenge(Challenge(secret, ends, parts.now_ms() / kChallengeMs));
  *response.mutable_enrolment() = ChainOrNone(parts, ends.peer);
  return response;
}

absl::Status CheckRefillProof(const ReplicationNode::Parts& parts, const std::string& secret,
                              const SessionEnds& ends, const v1::KeyProof& proof) {
  const int64_t now = parts.now_ms() / kChallengeMs;
  std::string reason;
  for (const int64_t interval : {now, now - 1}) {
    const std::string text = RefillProofText({parts.log.trust_domain(), ends.peer, ends.self},
                                             Challenge(secret, ends, interval));
    KeyJudged judged = JudgeKeyProof(parts.log, parts.keys, ends.peer, text, proof);
    if (judged.verdict == KeyVerdict::kProven) return absl::OkStatus();
    if (judged.verdict == KeyVerdict::kNotKnown) judged.reason = "it is not enrolled";
    if (reason.empty()) reason = std::move(judged.reason);
  }
  return MakeError(
      v1::ERROR_CODE_UNAUTHENTICATED,
      {ends.peer + " has not proven its signing key to " + ends.self + ": " + reason, "proof",
       "its signature over a challenge of the last minute, by a key that is enrolled"});
}

absl::StatusOr<v1::GetHoldingsResponse> HoldingsFor(const ReplicationNode::Parts& parts,
                                                    const SessionEnds& ends,
                                                    const v1::GetHoldingsRequest& request) {
  std::vector<log::HeldLog> logs = parts.log.Logs();
  std::erase_if(logs, [&](const log::HeldLog& held) {
    return held.name <= request.after() || !IsCarried(ends, held.name);
  });
  std::ranges::sort(logs, {}, &log::HeldLog::name);
  v1::GetHoldingsResponse holdings;
  holdings.set_more(logs.size() > kFrontierPageLogsMax);
  if (holdings.more()) logs.resize(kFrontierPageLogsMax);
  for (const log::HeldLog& held : logs) {
    *holdings.add_logs() = ToProto({held.name, held.size, held.root});
  }
  if (request.after().empty()) *holdings.mutable_enrolment() = ChainOrNone(parts, ends.peer);
  return holdings;
}

absl::StatusOr<Holdings> AskForHoldings(
    const std::string& node,
    const std::function<absl::StatusOr<v1::GetHoldingsResponse>(const v1::GetHoldingsRequest&)>&
        ask) {
  Holdings all;
  v1::GetHoldingsRequest request;
  request.set_node(node);
  for (bool more = true; more;) {
    absl::StatusOr<v1::GetHoldingsResponse> part = ask(request);
    if (!part.ok()) return part.status();
    more = part->more();
    for (const v1::LogState& state : part->logs()) {
      absl::StatusOr<Extent> extent = ExtentOf(state);
      if (!extent.ok()) return extent.status();
      if (extent->log <= request.after()) {
        return MakeError(v1::ERROR_CODE_MALFORMED,
                         {node + " names " + extent->log + " after " + request.after(), "logs",
                          "logs in the order of their names"});
      }
      request.set_after(extent->log);
      all.logs.push_back(*std::move(extent));
    }
    if (more && part->logs().empty()) {
      return MakeError(v1::ERROR_CODE_MALFORMED,
                       {node + " gives a part of its holdings without a log", "logs", "a log"});
    }
    if (all.logs.size() > kSessionLogsMax) {
      return MakeError(v1::ERROR_CODE_LIMIT_EXCEEDED,
                       {node + " says that it holds more logs than a session carries", "logs",
                        "at most " + std::to_string(kSessionLogsMax)});
    }
    if (part->has_enrolment()) all.enrolment = std::move(*part->mutable_enrolment());
  }
  return all;
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
