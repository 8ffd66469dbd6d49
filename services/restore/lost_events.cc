#include "services/restore/lost_events.h"

#include <algorithm>

#include "eventstore/log/bytes/entry.h"
#include "eventstore/merkle/verify.h"
#include "proto/name/log_name.h"

namespace liggare::restore {
namespace {

constexpr size_t kBatchEvents = 512;

}  // namespace

absl::Status LostEvents::RecordAgain() {
  for (const log::HeldLog& log : lost_.OwnLogs()) {
    if (absl::Status status = RecordAgain(log); !status.ok()) return status;
  }
  return Flush();
}

// The lost log's entries below are those that came back.
uint64_t LostEvents::CommonSize(const log::HeldLog& log) const {
  const auto back = restored_.log().Find(log.name);
  uint64_t same = 0;
  uint64_t differs = std::min(log.size, back ? back->size : 0) + 1;
  while (same + 1 < differs) {
    const uint64_t middle = same + (differs - same) / 2;
    const auto ours = lost_.log()->RootAt(log.name, middle);
    const auto theirs = restored_.log().RootAt(log.name, middle);
    (ours.ok() && theirs.ok() && *ours == *theirs ? same : differs) = middle;
  }
  return same;
}

absl::Status LostEvents::RecordAgain(const log::HeldLog& log) {
  common_[log.name] = CommonSize(log);
  for (uint64_t index = common_[log.name]; index < log.size; ++index) {
    if (absl::Status status = Take(log, index); !status.ok()) return status;
  }
  return absl::OkStatus();
}

bool LostEvents::IsHeld(std::string_view event_id) const {
  const auto places = restored_.log().FindEvent(event_id);
  if (!places.ok()) return false;
  return std::ranges::any_of(*places, [this](const log::LogIndex& place) {
    return name::PathOfLog(place.log) == restored_.log().path();
  });
}

absl::Status LostEvents::Take(const log::HeldLog& log, uint64_t index) {
  const auto entry = lost_.log()->Read(log.name, index);
  const std::string bytes = entry.ok() ? *entry : "";
  v1::Event event;
  const auto header = log::ParseEntryHeader(bytes);
  if (!header.ok() || header->log != log.name || header->index != index ||
      !event.ParseFromString(bytes)) {
    unreadable_.push_back("entry " + std::to_string(index) + " of " + log.name + " is lost: " +
                          std::string(entry.ok() ? "it is damaged" : entry.status().message()));
    return absl::OkStatus();
  }
  // The disk may be failing, and its checksums are not enforced: the bytes must be
  // those that were hashed when they were recorded.
  const auto proof = lost_.log()->InclusionProof(log.name, index, log.size);
  if (!proof.ok() ||
      !merkle::VerifyInclusion(merkle::LeafHash(bytes), index, log.size, *proof, log.root).ok()) {
    unreadable_.push_back("entry " + std::to_string(index) + " of " + log.name +
                          " is lost: its bytes have changed");
    return absl::OkStatus();
  }
  const log::DataHeader& data = header->data_header;
  if (data.type == log::kReceivedType || data.type == log::kEpochOpenedType) {
    return absl::OkStatus();
  }
  if (IsHeld(data.event_id)) return absl::OkStatus();
  LostEvent lost;
  lost.submission.data = event.data();
  lost.submission.sender_signature = event.sender_signature();
  lost.submission.principal = event.principal();
  lost.submission.earlier =
      log::EarlierPlace{{log.name, index}, event.clock(), event.recorded_at_ms()};
  // The place that matters is the first: an event may be lost twice.
  if (event.has_earlier()) {
    const v1::EarlierPlace& first = event.earlier();
    lost.submission.earlier =
        log::EarlierPlace{{first.log(), first.index()}, first.clock(), first.recorded_at_ms()};
  }
  const auto texts = lost_.log()->DisclosuresOf(log.name, index, index + 1);
  if (texts.ok()) lost.submission.disclosures = *texts;
  lost.basis = NewBasis(event);
  const std::string own = restored_.log().own_log();
  const uint64_t next = restored_.log().Find(own)->size + batch_.size();
  new_index_[{log.name, index}] = next;
  batch_.push_back(std::move(lost));
  batch_places_.push_back({{log.name, index}, {own, next}, std::string(data.event_id)});
  return batch_.size() < kBatchEvents ? absl::OkStatus() : Flush();
}

// What it was recorded with knowledge of, where that stands now. An index beyond
// what came back would otherwise name another entry.
std::vector<log::LogIndex> LostEvents::NewBasis(const v1::Event& event) const {
  std::map<std::string, uint64_t> last;
  for (const v1::Basis& basis : event.basis()) {
    log::LogIndex at{basis.log(), basis.index()};
    const auto common = common_.find(at.log);
    if (common != common_.end() && at.index >= common->second) {
      const auto moved = new_index_.find({at.log, at.index});
      if (moved == new_index_.end()) continue;
      at = {restored_.log().own_log(), moved->second};
    }
    uint64_t& index = last[at.log];
    index = std::max(index, at.index);
  }
  std::vector<log::LogIndex> basis;
  for (const auto& [log, index] : last) basis.push_back({log, index});
  return basis;
}

absl::Status LostEvents::Flush() {
  if (batch_.empty()) return absl::OkStatus();
  const auto recorded = restored_.RecordAgain(std::exchange(batch_, {}));
  if (!recorded.ok()) return recorded.status();
  for (size_t i = 0; i < recorded->size(); ++i) {
    batch_places_[i].to = {(*recorded)[i].log, (*recorded)[i].index};
    moved_.push_back(std::move(batch_places_[i]));
  }
  batch_places_.clear();
  return absl::OkStatus();
}

}  // namespace liggare::restore
