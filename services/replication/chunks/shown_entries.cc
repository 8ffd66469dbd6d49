#include "services/replication/chunks/shown_entries.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "eventstore/merkle/hash.h"
#include "proto/name/log_name.h"
#include "services/replication/chunks/chunk_form.h"
#include "services/replication/session/limits.h"
#include "services/state/concern.h"

namespace liggare::replication {

absl::StatusOr<bool> ShownEntries::Concerns(std::string_view entry) const {
  return state::IsShown(log_, child_, entry);
}

bool ShownEntries::HasEnded(const std::string& log) const {
  const std::optional<std::string> latest = log_.LatestEpoch(name::PathOfLog(log));
  return latest && *latest != log;
}

absl::StatusOr<uint64_t> ShownEntries::EndOf(const ReadChunk& read) {
  PassedOver& passed = passed_over_[read.log];
  if (passed.first != read.first_index) passed = {read.first_index, read.first_index};
  const uint64_t end = std::min(read.end_index, read.first_index + kPassedOverMax);
  std::optional<uint64_t> last;
  for (uint64_t next = passed.end; next < end;) {
    const auto range = log_.ReadRange(read.log, next, {.end_index = end});
    if (!range.ok()) return range.status();
    for (const std::string& entry : range->entries) {
      const auto concerns = Concerns(entry);
      if (!concerns.ok()) return concerns.status();
      if (*concerns) last = next;
      ++next;
    }
    if (range->entries.empty()) break;
  }
  if (last) return source_.CutAfter(read.log, *last + 1);
  // What came before was cut for its bytes: the child goes on to where it can prove it.
  const auto covered = source_.CutAfter(read.log, read.first_index);
  if (!covered.ok() && !absl::IsNotFound(covered.status())) return covered;
  if (read.first_index > 0 && covered.ok() && *covered > read.first_index) return *covered;
  passed.end = std::max(passed.end, end);
  if (end - read.first_index < kPassedOverMax && !HasEnded(read.log)) return read.first_index;
  return source_.CutAfter(read.log, end);
}

absl::Status ShownEntries::Withhold(v1::Chunk& chunk) const {
  chunk.clear_disclosures();
  for (int i = 0; i < chunk.entries_size(); ++i) {
    std::string& entry = *chunk.mutable_entries(i);
    const auto concerns = Concerns(entry);
    if (!concerns.ok()) return concerns.status();
    if (!*concerns) {
      entry = std::string(merkle::HashBytes(merkle::LeafOf(entry)));
      continue;
    }
    const uint64_t index = chunk.first_index() + static_cast<uint64_t>(i);
    auto texts = log_.DisclosuresOf(chunk.log(), index, index + 1);
    if (!texts.ok()) return texts.status();
    DisclosuresToWire(*std::move(texts), chunk);
  }
  return absl::OkStatus();
}

absl::StatusOr<ChunkSource::Reading> ShownEntries::Read(const ReadChunk& read) {
  const auto end = EndOf(read);
  if (!end.ok()) return end.status();
  ChunkSource::Reading nothing;
  nothing.chunk.set_log(read.log);
  nothing.chunk.set_first_index(read.first_index);
  if (*end <= read.first_index) return nothing;
  ReadChunk cut = read;
  cut.end_index = *end;
  auto reading = source_.Read(cut);
  if (!reading.ok()) return reading;
  if (absl::Status status = Withhold(reading->chunk); !status.ok()) return status;
  return reading;
}

}  // namespace liggare::replication
