#include "eventstore/log/write/recorded_ids.h"

#include <algorithm>
#include <utility>

#include "eventstore/log/bytes/entry.h"
#include "eventstore/log/bytes/keys.h"

namespace liggare::log {
namespace {

// Of each generation: 132 idle nodes keep none, a busy one about two megabytes.
constexpr size_t kGenerationIds = 32'768;

// The greatest id of any log; the greatest possible one if it can't be read.
std::string GreatestId(const Database& database) {
  const std::string ceiling(kEventIdBytes + 4, '\xff');
  const auto cursor = database.NewCursor(Family::kIds);
  cursor->SeekForPrev(ceiling);
  if (!cursor->status().ok()) return ceiling;
  return cursor->Valid() ? std::string(cursor->key().substr(0, kEventIdBytes))
                         : std::string(kEventIdBytes, '\0');
}

}  // namespace

RecordedIds::Id RecordedIds::ToId(std::string_view event_id) {
  Id id;
  for (size_t i = 0; i < 8; ++i) id.high = id.high << 8 | static_cast<uint8_t>(event_id[i]);
  for (size_t i = 8; i < 16; ++i) id.low = id.low << 8 | static_cast<uint8_t>(event_id[i]);
  return id;
}

RecordedIds::RecordedIds(const Database& database, const EventLog& log,
                         std::vector<uint32_t> own_logs)
    : database_(database),
      log_(log),
      own_logs_(std::move(own_logs)),
      floor_(ToId(GreatestId(database))),
      older_ceiling_(floor_),
      greatest_(floor_) {}

bool RecordedIds::IsSurelyNew(const Id& id) const {
  if (id > greatest_) return true;
  return id > floor_ && !newer_.contains(id) && !older_.contains(id);
}

void RecordedIds::Remember(const Id& id) {
  if (newer_.size() == kGenerationIds) {
    floor_ = older_ceiling_;
    older_ceiling_ = greatest_;
    older_ = std::move(newer_);
    newer_.clear();
  }
  newer_.insert(id);
  greatest_ = std::max(greatest_, id);
}

absl::StatusOr<std::optional<FirstRecord>> RecordedIds::Find(std::string_view event_id) const {
  const Id id = ToId(event_id);
  if (IsSurelyNew(id)) return std::nullopt;
  const auto found = pending_.find(id);
  if (found == pending_.end()) return FindDurable(event_id);
  const Pending& pending = found->second;
  FirstRecord first;
  first.recorded = {.log = log_.own_log(),
                    .index = pending.index,
                    .clock = pending.clock,
                    .recorded_at_ms = pending.recorded_at_ms,
                    .duplicate = true};
  first.data = pending.submission->data;
  first.disclosures = pending.submission->disclosures;
  return first;
}

absl::StatusOr<std::optional<FirstRecord>> RecordedIds::FindDurable(
    std::string_view event_id) const {
  for (const uint32_t number : own_logs_) {
    auto row =
        database_.Get(Family::kIds, keys::Encode(keys::IdKey{.event_id = event_id, .log = number}));
    if (!row.ok()) return row.status();
    if (!*row) continue;
    const auto value = keys::ParseIdValue(**row);
    if (!value) return absl::DataLossError("an id row has the wrong length");
    auto entry = database_.Get(Family::kEvents,
                               keys::Encode(keys::EventKey{.log = number, .index = value->index}));
    if (!entry.ok()) return entry.status();
    FirstRecord first;
    first.entry = (*entry).value_or("");
    const auto header = ParseEntryHeader(first.entry);
    if (!header.ok()) return absl::DataLossError("the entry of a recorded id is damaged");
    first.data = header->data;
    first.recorded = {.log = std::string(header->log),
                      .index = header->index,
                      .clock = header->clock,
                      .recorded_at_ms = header->recorded_at_ms,
                      .duplicate = true};
    auto disclosures = log_.DisclosuresOf(header->log, header->index, header->index + 1);
    if (!disclosures.ok()) return disclosures.status();
    first.disclosures = *std::move(disclosures);
    return first;
  }
  return std::nullopt;
}

void RecordedIds::Add(std::string_view event_id, const Recorded& recorded,
                      const Submission& submission) {
  const Id id = ToId(event_id);
  pending_.emplace(id, Pending{.index = recorded.index,
                               .clock = recorded.clock,
                               .recorded_at_ms = recorded.recorded_at_ms,
                               .submission = &submission});
  Remember(id);
}

void RecordedIds::AddOwn(std::string_view event_id) { Remember(ToId(event_id)); }

}  // namespace liggare::log
