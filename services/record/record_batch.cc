#include "services/record/record_batch.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/error/error.h"
#include "proto/name/log_name.h"
#include "services/record/submission.h"
#include "services/replication/session/peer_status.h"

namespace liggare::record {
namespace {

void SetOutcome(const absl::StatusOr<log::Recorded>& outcome, v1::RecordResult& result) {
  if (!outcome.ok()) {
    *result.mutable_error() = ErrorOf(outcome.status());
    return;
  }
  v1::Recorded& recorded = *result.mutable_recorded();
  recorded.set_log(outcome->log);
  recorded.set_index(outcome->index);
  recorded.set_clock(outcome->clock);
  recorded.set_recorded_at_ms(outcome->recorded_at_ms);
  recorded.set_duplicate(outcome->duplicate);
}

// What is left to do when the sequencer has answered.
struct Answer {
  std::vector<int> places;  // Of the outcomes, in the request.
  std::vector<absl::StatusOr<log::Recorded>> outcomes;
  RecordResults& results;
  std::function<void()> done;

  void Give() {
    for (size_t i = 0; i < outcomes.size(); ++i) {
      SetOutcome(outcomes[i], *results.Mutable(places[i]));
    }
    done();
  }
};

// Why the node records nothing at all; OK if it does.
absl::Status CheckRecording(const hosting::HostedNode& node) {
  if (node.key_revoked) {
    if (std::optional<std::string> revoked = node.key_revoked()) {
      return MakeError(v1::ERROR_CODE_READ_ONLY,
                       {.message = node.path + " does not record: " + *std::move(revoked),
                        .expected = "a new key, enrolled by the node's parent"});
    }
  }
  if (node.closed) {
    if (std::optional<std::string> closed = node.closed()) {
      return MakeError(v1::ERROR_CODE_READ_ONLY,
                       {.message = node.path + " does not record: " + *std::move(closed) + " " +
                                   replication::kClosedAdvice,
                        .expected = "the node enrolled again by its parent"});
    }
  }
  if (node.clock_fault) {
    if (std::optional<std::string> fault = node.clock_fault()) {
      return MakeError(v1::ERROR_CODE_CLOCK_AHEAD,
                       {.message = node.path + " does not record: " + *std::move(fault),
                        .expected = "the clocks set: docs/operations.md, \"Clocks\""});
    }
  }
  if (!node.recording_stopped) return absl::OkStatus();
  std::optional<std::string> reason = node.recording_stopped();
  if (!reason.has_value()) return absl::OkStatus();
  return MakeError(v1::ERROR_CODE_READ_ONLY,
                   {.message = node.path + " does not record: " + *std::move(reason),
                    .expected = "the node restored from its parent"});
}

void RefuseAll(const absl::Status& why, int count, RecordResults& results) {
  const v1::Error error = ErrorOf(why);
  for (int i = 0; i < count; ++i) *results.Add()->mutable_error() = error;
}

// The sequencer then answers with what stands there, and records nothing.
bool IsRecorded(const hosting::HostedNode& node, const std::string& event_id) {
  const auto places = node.log.FindEvent(event_id);
  return places.ok() && std::ranges::any_of(*places, [&](const log::LogIndex& place) {
           return name::PathOfLog(place.log) == node.path;
         });
}

// What an operator sends to a node that asks for two: with both attested, or why it waits.
absl::StatusOr<log::Submission> Agreed(const hosting::HostedNode& node, const Sender& sender,
                                       log::Submission submission) {
  if (sender.certificate != domain::Certificate::kOperator || !node.second_operator) {
    return submission;
  }
  const auto& parsed = static_cast<const ParsedEventData&>(*submission.parsed);
  if (IsRecorded(node, parsed.event()->event_id())) return submission;
  auto principal = node.second_operator(parsed.event(), submission.disclosures, sender.principal);
  if (!principal.ok()) return principal.status();
  submission.principal = *std::move(principal);
  return submission;
}

}  // namespace

Sender SenderOf(const rpc::Identity& caller) {
  return {.principal = caller.uri,
          .certificate =
              caller.is_operator() ? domain::Certificate::kOperator : domain::Certificate::kSystem};
}

absl::Status CheckSubmissionCount(int count) {
  if (count == 0) {
    return MakeError(v1::ERROR_CODE_MISSING_FIELD,
                     {.message = "the request has no submissions",
                      .field = "submissions",
                      .expected = "1 to " + std::to_string(kSubmissionsMax)});
  }
  if (count <= kSubmissionsMax) return absl::OkStatus();
  return MakeError(v1::ERROR_CODE_LIMIT_EXCEEDED,
                   {.message = "the request has " + std::to_string(count) + " submissions",
                    .field = "submissions",
                    .expected = "at most " + std::to_string(kSubmissionsMax)});
}

void RecordBatch(const hosting::HostedNode& node, const Sender& sender, Submissions submissions,
                 RecordResults& results, work::WorkerPool& pool, std::function<void()> done) {
  const Writer writer{
      .path = node.path, .principal = sender.principal, .certificate = sender.certificate};
  std::vector<log::Submission> parsed;
  std::vector<int> places;  // Of the parsed ones, in the request.
  results.Clear();
  results.Reserve(submissions.size());
  if (absl::Status status = CheckRecording(node); !status.ok()) {
    RefuseAll(status, submissions.size(), results);
    done();
    return;
  }
  for (v1::Submission& submission : submissions) {
    v1::RecordResult& result = *results.Add();
    absl::StatusOr<log::Submission> one = ParseSubmission(std::move(submission), writer);
    if (one.ok()) one = Agreed(node, sender, *std::move(one));
    if (!one.ok()) {
      *result.mutable_error() = ErrorOf(one.status());
      continue;
    }
    parsed.push_back(*std::move(one));
    places.push_back(results.size() - 1);
  }
  if (parsed.empty()) {
    done();
    return;
  }
  auto answer = std::make_shared<Answer>(Answer{
      .places = std::move(places), .outcomes = {}, .results = results, .done = std::move(done)});
  // gRPC's work for an answer is as long as that of recording it. The sequencer's
  // thread hands it on if there is a next commit to make; if not, a hand-over
  // would cost a single recorder more than the answer.
  log::Sequencer& sequencer = node.sequencer;
  sequencer.Record(std::move(parsed), [answer, &pool, &sequencer](
                                          std::vector<absl::StatusOr<log::Recorded>> outcomes) {
    answer->outcomes = std::move(outcomes);
    const bool posted = sequencer.HasWork() && pool.Post([answer] { answer->Give(); });
    if (!posted) answer->Give();
  });
}

}  // namespace liggare::record
