// The part of Session that bounds what a peer may bring up.
#include <utility>

#include "eventstore/note/note.h"
#include "proto/error/error.h"
#include "services/domain/disclosure_text.h"
#include "services/replication/limits.h"
#include "services/replication/session.h"

namespace liggare::replication {
namespace {

// The logs that a frame names, one but for a frontier.
std::vector<std::string> NamesIn(const v1::Frame& frame) {
  if (frame.has_chunk()) return {frame.chunk().log()};
  if (frame.has_acknowledged()) return {frame.acknowledged().state().log()};
  if (frame.has_expected()) return {frame.expected().state().log()};
  if (frame.has_cosigned()) return {frame.cosigned().log()};
  std::vector<std::string> names;
  for (const v1::LogState& state : frame.frontier().logs()) names.push_back(state.log());
  return names;
}

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
    if (text.text().size() > domain::kDisclosureTextBytesMax) {
      return TooMuch(chunk, "a text of " + std::to_string(text.text().size()) + " bytes",
                     domain::kDisclosureTextBytesMax);
    }
    bytes += text.salt().size() + text.text().size();
  }
  if (bytes <= kChunkTextBytesMax) return absl::OkStatus();
  return TooMuch(chunk, "texts of " + std::to_string(bytes) + " bytes", kChunkTextBytesMax);
}

}  // namespace

bool Session::NoteNames(const v1::Frame& frame) {
  for (std::string& name : NamesIn(frame)) {
    if (!logs_.contains(name) && IsCarried(name)) named_.insert(std::move(name));
  }
  return named_.size() <= kSessionLogsMax;
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
  if (bytes > kChunkBytesMax && chunk.entries_size() > 1) {
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
