// The part of Session that bounds what a peer may bring up.
#include <utility>

#include "eventstore/note/note.h"
#include "proto/error/error.h"
#include "proto/form/disclosure_text.h"
#include "proto/name/log_name.h"
#include "services/replication/session/limits.h"
#include "services/replication/session/session.h"

namespace liggare::replication {
namespace {

absl::Status TooMuch(const v1::Chunk& chunk, const std::string& what, size_t most) {
  return MakeError(
      v1::ERROR_CODE_LIMIT_EXCEEDED,
      {"A chunk of " + chunk.log() + " has " + what + ".", "", "at most " + std::to_string(most)});
}

absl::Status CheckCounts(const v1::Chunk& chunk) {
  const auto entries = static_cast<size_t>(chunk.entries_size());
  const auto texts = static_cast<size_t>(chunk.disclosures_size());
  if (entries > kChunkEntriesMax) {
    return TooMuch(chunk, std::to_string(entries) + " entries", kChunkEntriesMax);
  }
  if (texts > kChunkEntriesMax) {
    return TooMuch(chunk, std::to_string(texts) + " texts", kChunkEntriesMax);
  }
  return absl::OkStatus();
}

// What is stored must fit into a message again when it is sent on, with what then
// stands beside it: one that does not would end every session of this node.
absl::Status CheckTexts(const v1::Chunk& chunk) {
  size_t bytes = 0;
  for (const v1::Disclosure& text : chunk.disclosures()) {
    if (text.text().size() > form::kDisclosureTextBytesMax) {
      return TooMuch(chunk, "a text of " + std::to_string(text.text().size()) + " bytes",
                     form::kDisclosureTextBytesMax);
    }
    bytes += text.salt().size() + text.text().size();
  }
  if (bytes <= kChunkTextBytesMax) return absl::OkStatus();
  return TooMuch(chunk, "texts of " + std::to_string(bytes) + " bytes", kChunkTextBytesMax);
}

}  // namespace

bool Session::IsOfEnds(std::string_view log) const {
  const absl::StatusOr<name::LogName> name = name::ParseLogName(log);
  return name.ok() && (name->path == options_.ends.self || name->path == options_.ends.peer) &&
         name->epoch <= kEpochMax;
}

bool Session::MayName(const std::string& log) {
  if (logs_.contains(log) || IsOfEnds(log) || named_.contains(log)) return true;
  if (left_out_.contains(log) || named_.size() >= kNamedLogsMax) return false;
  named_.insert(log);
  return true;
}

bool Session::MayCome(const std::string& log) {
  if (logs_.contains(log) || IsOfEnds(log)) return true;
  if (options_.has_room && !options_.has_room(log)) {
    TurnAway(log, "there is no room left in the share of those that it stands below",
             "at most " + std::to_string(kChildLogsMax) + " logs of nodes below a verksamhet");
    return false;
  }
  if (MayName(log)) return true;
  TurnAway(log, "too many logs that are not held here wait or are refused already",
           "at most " + std::to_string(kNamedLogsMax) + " of them");
  return false;
}

void Session::TurnAway(const std::string& log, const std::string& why,
                       const std::string& expected) {
  ++not_taken_count_;
  not_taken_last_ = log;
  v1::Frame frame;
  frame.mutable_expected()->mutable_state()->set_log(log);
  frame.mutable_expected()->mutable_state()->set_root(
      std::string(merkle::HashBytes(merkle::EmptyRoot())));
  *frame.mutable_expected()->mutable_refusal() = ErrorOf(
      MakeError(v1::ERROR_CODE_LIMIT_EXCEEDED,
                {log + " is not taken at " + options_.ends.self + ": " + why, "", expected}));
  Send(std::move(frame));
}

std::string Session::not_taken() const {
  if (not_taken_count_ == 0) return "";
  return options_.ends.peer + " sends more logs than there is room for in their share: " +
         std::to_string(not_taken_count_) + " times one was not taken (LIMIT_EXCEEDED), the last " +
         not_taken_last_ + ".";
}

std::vector<Problem> Session::problems() const {
  std::vector<Problem> problems = outbound_.problems();
  if (is_waiting()) problems.push_back(WaitingProblem());
  if (!left_out_.empty()) {
    problems.push_back({.text = "There are more than " + std::to_string(kSessionLogsMax) +
                                " logs; " + std::to_string(left_out_.size()) +
                                " that came last are not carried.",
                        .key = "logs that are not carried"});
  }
  if (std::string not_taken = this->not_taken(); !not_taken.empty()) {
    problems.push_back({.text = std::move(not_taken), .has_alarm = true});
  }
  for (Problem& problem : inbound_.problems()) problems.push_back(std::move(problem));
  AddHeldBack(problems);
  return problems;
}

// A signed note from the peer. Ends the session if it is too large.
bool Session::IsTooLarge(const std::string& note) {
  if (note.size() <= note::kNoteBytesMax) return false;
  Fault(v1::ERROR_CODE_LIMIT_EXCEEDED, options_.ends.peer + " sends a checkpoint of " +
                                           std::to_string(note.size()) + " bytes; at most " +
                                           std::to_string(note::kNoteBytesMax) + " are taken.");
  return true;
}

absl::Status Session::CheckChunk(const v1::Chunk& chunk) const {
  if (!IsCarried(chunk.log()) ||
      (!chunk.entries().empty() && IsOutbound(options_.ends, chunk.log()))) {
    return MakeError(
        v1::ERROR_CODE_PERMISSION_DENIED,
        {options_.ends.peer + " may not send entries of " + chunk.log() + ".", "", ""});
  }
  if (absl::Status count = CheckCounts(chunk); !count.ok()) return count;
  if (absl::Status texts = CheckTexts(chunk); !texts.ok()) return texts;
  size_t bytes = 0;
  for (const std::string& entry : chunk.entries()) bytes += entry.size();
  if (bytes > kChunkBytesMax) {
    return MakeError(v1::ERROR_CODE_LIMIT_EXCEEDED,
                     {"A chunk of " + chunk.log() + " has " + std::to_string(bytes) + " bytes.", "",
                      "at most " + std::to_string(kChunkBytesMax)});
  }
  if (chunk.first_index() > UINT64_MAX - chunk.entries_size()) {
    return MakeError(v1::ERROR_CODE_MALFORMED, {"A chunk's index is out of range.", "", ""});
  }
  return absl::OkStatus();
}

}  // namespace liggare::replication
