#include "services/record/event_judge.h"

#include <optional>
#include <string>
#include <utility>

#include "eventstore/note/reach.h"
#include "proto/error/error.h"
#include "proto/name/log_name.h"
#include "services/domain/fold/erasure.h"
#include "services/domain/judge/judge.h"
#include "services/domain/law/authority.h"
#include "services/domain/place/subject.h"
#include "services/domain/state/fold_entry.h"
#include "services/record/submission.h"

namespace liggare::record {
namespace {

// The event of a submission; null if it has not come through ParseSubmission.
std::shared_ptr<const v1::EventData> EventOf(const log::Submission& submission) {
  const auto* parsed = dynamic_cast<const ParsedEventData*>(submission.parsed.get());
  return parsed == nullptr ? nullptr : parsed->event();
}

// That a closing says what is held here of the log that it ends. Where less is held, its
// word must do.
absl::Status CheckClosing(const v1::EventData& event, const std::vector<log::LogIndex>& basis,
                          const log::EventLog& log) {
  const absl::StatusOr<domain::Subject> subject = domain::ParseSubject(event.subject());
  if (!subject.ok()) return subject.status();
  std::vector<std::string> logs;
  for (const log::LogIndex& position : basis) logs.push_back(position.log);
  const v1::NodeClosed& closed = event.node_closed();
  const note::Reach end =
      note::EndOfNode(subject->path, logs, static_cast<uint64_t>(closed.size()));
  const std::optional<log::HeldLog> held = log.Find(end.log);
  if (!held || held->size < end.size) return absl::OkStatus();
  const absl::StatusOr<merkle::Hash> root = log.RootAt(end.log, end.size);
  if (!root.ok()) return root.status();
  if (closed.root() == merkle::HashBytes(*root)) return absl::OkStatus();
  return MakeError(
      v1::ERROR_CODE_INVALID_FIELD,
      {.message = "it is not the root of " + std::to_string(end.size) + " entries of " + end.log +
                  " as they are held here",
       .field = "root",
       .expected = "what liggare node close --path " + std::string(subject->path) + " prints"});
}

}  // namespace

EventJudge::EventJudge(const log::EventLog& log, size_t kept_weight_max)
    : log_(log),
      states_(log, kept_weight_max),
      commits_(log.OnCommit(
          [this](const std::vector<log::HeldLog>& advanced) { states_.Committed(advanced); })) {}

EventJudge::~EventJudge() = default;

absl::StatusOr<std::vector<log::LogIndex>> EventJudge::Admit(const log::DataHeader& header,
                                                             const log::Submission& submission) {
  const std::shared_ptr<const v1::EventData> event = EventOf(submission);
  if (event == nullptr) {
    return MakeError(v1::ERROR_CODE_INTERNAL, {.message = "the submission was not parsed"});
  }
  if (absl::Status status = domain::JudgeEvent(*event, log_.path(), states_); !status.ok()) {
    return status;
  }
  absl::StatusOr<std::shared_ptr<const domain::State>> state = states_.StateOf(header.subject);
  if (!state.ok()) return state.status();
  basis_.clear();
  for (const auto& [log, index] : (*state)->positions) basis_.push_back({log, index});
  if (event->has_node_closed()) {
    if (absl::Status status = CheckClosing(*event, basis_, log_); !status.ok()) return status;
  }
  return basis_;
}

void EventJudge::Accepted(const log::EntryHeader& header, std::string_view entry,
                          const log::Submission& submission) {
  domain::FoldEntry folded;
  folded.log = std::string(header.log);
  folded.index = header.index;
  folded.clock = header.clock;
  folded.recorded_at_ms = header.recorded_at_ms;
  folded.principal = std::string(header.principal);
  for (const log::LogIndex& basis : basis_) folded.basis.push_back({basis.log, basis.index});
  folded.data = EventOf(submission);
  folded.type = static_cast<int>(header.data_header.type);
  states_.Add(folded, entry);
}

void EventJudge::Stored(const log::Chunk& chunk) {
  uint64_t index = chunk.first_index;
  for (const std::string& bytes : chunk.entries) {
    // A verified chunk's entries have been parsed so far before.
    const absl::StatusOr<log::EntryHeader> header = log::ParseEntryHeader(bytes);
    if (header.ok() && MayWriteAbout(chunk.log, header->data_header.subject)) {
      states_.AddForeign({.clock = header->clock, .log = chunk.log, .index = index},
                         header->data_header.subject, bytes);
    } else {
      states_.Hold(chunk.log, index);
    }
    ++index;
  }
}

bool EventJudge::SameFields(std::string_view first_data,
                            const std::vector<log::DisclosureText>& stored,
                            const log::Submission& submission) {
  const std::shared_ptr<const v1::EventData> second = EventOf(submission);
  v1::EventData first;
  if (second == nullptr ||
      !first.ParseFromArray(first_data.data(), static_cast<int>(first_data.size()))) {
    return false;
  }
  return record::SameFields(first, stored, *second, submission.disclosures);
}

std::vector<std::string> EventJudge::ErasedBy(std::string_view log, uint32_t type,
                                              std::string_view entry) {
  return domain::ErasedBy(log, type, entry);
}

bool EventJudge::MayWriteAbout(std::string_view log, std::string_view subject) {
  return domain::MayWriteAbout(name::PathOfLog(log), subject);
}

}  // namespace liggare::record
