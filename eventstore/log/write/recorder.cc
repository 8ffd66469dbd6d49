#include "eventstore/log/write/recorder.h"

#include <string>
#include <utility>

#include "eventstore/log/bytes/entry.h"
#include "proto/error/error.h"

namespace liggare::log {
namespace {

absl::Status Refusal(v1::ErrorCode code, ErrorParts parts) {
  return MakeError(code, std::move(parts));
}

absl::Status EntryTooLarge(size_t bytes) {
  return Refusal(v1::ERROR_CODE_LIMIT_EXCEEDED,
                 {.message = "the entry would have " + std::to_string(bytes) +
                             " bytes, with its signature and the logs of its subject",
                  .field = "",
                  .expected = "at most " + std::to_string(kEntryBytesMax) + " bytes"});
}

absl::Status IdTaken(const Recorded& first) {
  v1::Error error;
  error.set_code(v1::ERROR_CODE_ALREADY_EXISTS);
  error.set_message("the event id was recorded with other fields as entry " +
                    std::to_string(first.index) + " of " + first.log);
  error.set_field("event_id");
  error.mutable_existing()->set_log(first.log);
  error.mutable_existing()->set_index(first.index);
  return MakeError(std::move(error));
}

// RFC 9562, 5.7.
std::string UuidV7(int64_t now_ms, const SequencerEnvironment& environment) {
  uint8_t bytes[kEventIdBytes];
  environment.random(bytes, sizeof(bytes));
  for (int i = 0; i < 6; ++i) bytes[i] = static_cast<uint8_t>(now_ms >> (8 * (5 - i)));
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return std::string(reinterpret_cast<const char*>(bytes), sizeof(bytes));
}

}  // namespace

absl::StatusOr<Recorded> Recorder::Record(const Submission& submission) {
  if (absl::Status size = CheckDataBytes(submission.data.size()); !size.ok()) return size;
  const auto header = ParseDataHeader(submission.data);
  if (!header.ok()) {
    return Refusal(
        v1::ERROR_CODE_MALFORMED,
        {.message = std::string(header.status().message()), .field = "data", .expected = ""});
  }
  auto first = ids_.Find(header->event_id);
  if (!first.ok()) return first.status();
  if (*first) return AnswerDuplicate(**first, submission);
  if (header->type == kReceivedType) {
    return Refusal(v1::ERROR_CODE_NOT_AUTHORISED,
                   {.message = "only the node itself records what it received",
                    .field = "received",
                    .expected = ""});
  }
  if (builder_.own_log_frozen()) {
    return Refusal(
        v1::ERROR_CODE_FORKED,
        {.message = "log " + log_.own_log() + " is frozen", .field = "", .expected = ""});
  }
  return Append(*header, submission);
}

absl::StatusOr<Recorded> Recorder::AnswerDuplicate(const FirstRecord& first,
                                                   const Submission& submission) {
  if (first.data != submission.data &&
      !judge_.SameFields(first.data, first.disclosures, submission)) {
    return IdTaken(first.recorded);
  }
  return first.recorded;
}

absl::StatusOr<Recorded> Recorder::Append(const DataHeader& header, const Submission& submission) {
  auto basis = judge_.Admit(header, submission);
  if (!basis.ok()) return basis.status();
  const CommitBuilder::OwnEntry entry = builder_.Encode(header, submission, *basis);
  if (entry.bytes.size() > kEntryBytesMax) return EntryTooLarge(entry.bytes.size());
  Recorded recorded = {.log = log_.own_log(),
                       .index = entry.header.index,
                       .clock = entry.header.clock,
                       .recorded_at_ms = entry.header.recorded_at_ms,
                       .duplicate = false};
  builder_.Append(entry, submission.disclosures);
  ids_.Add(header.event_id, recorded, submission);
  judge_.Accepted(entry.header, entry.bytes, submission);
  return recorded;
}

void Recorder::AddReceived(const SequencerEnvironment& environment) {
  while (builder_.NeedsReceived()) {
    const std::string event_id = UuidV7(builder_.now_ms(), environment);
    builder_.AddReceived(event_id);
    ids_.AddOwn(event_id);
  }
}

}  // namespace liggare::log
