#include "services/state/subject_fold.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "eventstore/log/bytes/entry.h"
#include "proto/error/error.h"
#include "services/domain/state/fold_entry.h"

namespace liggare::state {
namespace {

domain::OrderKey OrderOf(const log::SubjectKey& key) { return {key.clock, key.log, key.index}; }

// An entry that verifies but is no EventData (its writer's fault) must not take
// its subject's state away from everybody: it is given to the fold without a
// payload, which disregards it. DATA_LOSS if not even the header can be read.
absl::StatusOr<domain::FoldEntry> ParseEntry(const log::LogIndex& key, std::string_view bytes) {
  auto entry = domain::ParseFoldEntry(bytes);
  if (entry.ok()) return entry;
  const auto header = log::ParseEntryHeader(bytes);
  if (!header.ok()) {
    return MakeError(v1::ERROR_CODE_DATA_LOSS,
                     {.message = "entry " + std::to_string(key.index) + " of " + key.log +
                                 " can't be read: " + std::string(header.status().message())});
  }
  auto data = std::make_shared<v1::EventData>();
  data->set_event_id(std::string(header->data_header.event_id));
  data->set_subject(std::string(header->data_header.subject));
  return domain::FoldEntry{.log = key.log,
                           .index = key.index,
                           .clock = header->clock,
                           .recorded_at_ms = header->recorded_at_ms,
                           .principal = "",
                           .basis = {},
                           .data = std::move(data),
                           .type = 0};
}

}  // namespace

absl::StatusOr<domain::FoldEntry> ReadFoldEntry(const log::EventLog& log,
                                                const log::LogIndex& place) {
  const auto bytes = log.Read(place.log, place.index);
  if (!bytes.ok()) return bytes.status();
  return ParseEntry(place, *bytes);
}

namespace {

// Reads and folds one entry, and notes in `needs` (may be null) what of the
// frontier the outcome depends on.
absl::Status FoldOne(const log::EventLog& log, const log::SubjectKey& key, const Frontier& frontier,
                     domain::State& state, Frontier* needs, domain::ChangeListener* listener) {
  const auto entry = ReadFoldEntry(log, {.log = key.log, .index = key.index});
  if (!entry.ok()) return entry.status();
  const auto held = [&](std::string_view name) { return frontier.SizeOf(name); };
  domain::Fold(state, *entry, held, listener);
  if (needs == nullptr) return absl::OkStatus();
  needs->Include(key.log, key.index + 1);
  for (const domain::LogPoint& basis : entry->basis) {
    if (frontier.Holds(basis.log, basis.index)) needs->Include(basis.log, basis.index + 1);
  }
  return absl::OkStatus();
}

// The subject's entries at the frontier from `clock` on, in the order of the
// fold, but for those that `but` holds. Collected before any is read, so that no
// cursor stays open meanwhile.
absl::StatusOr<std::vector<log::SubjectKey>> KeysFrom(const log::EventLog& log,
                                                      std::string_view subject, uint64_t clock,
                                                      const Frontier& frontier,
                                                      const Frontier* but) {
  std::optional<log::SubjectKey> after;
  if (clock > 0) after = log::SubjectKey{.clock = clock - 1, .log = log.own_log()};
  std::vector<log::SubjectKey> keys;
  const absl::Status scanned = log.ScanSubject(subject, after, [&](const log::SubjectEntry& entry) {
    const bool is_new = but == nullptr || !but->Holds(entry.key.log, entry.key.index);
    if (is_new && frontier.Holds(entry.key.log, entry.key.index)) keys.push_back(entry.key);
    return true;
  });
  if (!scanned.ok()) return scanned;
  return keys;
}

}  // namespace

SubjectFold::SubjectFold(const log::EventLog& log, std::string subject)
    : log_(log), subject_(std::move(subject)) {}

absl::StatusOr<std::shared_ptr<const domain::State>> SubjectFold::At(const FrontierRef& frontier) {
  if (shared_ == nullptr) {
    if (const absl::Status folded = Restart(frontier); !folded.ok()) return folded;
    return Share();
  }
  if (frontier == last_ || frontier == served_) return Share();
  if (past_ != nullptr && frontier == past_->last_) return past_->At(frontier);
  const auto held = [&](std::string_view name) { return frontier->SizeOf(name); };
  const bool covers = frontier->Covers(*last_);
  if (frontier->Covers(needs_)) {
    const auto keys = KeysBeyondLast(*frontier);
    if (!keys.ok()) return keys.status();
    const bool must_restart = AwaitedHasCome(shared_->state, held) ||
                              (!keys->empty() && OrderOf(keys->front()) < shared_->state.last_key);
    if (!must_restart && (covers || keys->empty())) {
      if (const absl::Status folded = Extend(*keys, *frontier); !folded.ok()) return folded;
      if (covers) {
        last_ = frontier;
      } else {
        served_ = frontier;
      }
      return Share();
    }
  }
  if (covers) {
    if (const absl::Status folded = Restart(frontier); !folded.ok()) return folded;
    return Share();
  }
  return AtPast(frontier);
}

absl::StatusOr<std::shared_ptr<const domain::State>> SubjectFold::AtPast(
    const FrontierRef& frontier) {
  // One that would need a past of its own is begun anew.
  const bool serves = past_ != nullptr && past_->last_ != nullptr &&
                      (frontier == past_->last_ || frontier->Covers(*past_->last_));
  if (!serves) past_ = std::make_unique<SubjectFold>(log_, subject_);
  return past_->At(frontier);
}

size_t SubjectFold::weight() const {
  constexpr size_t kEmptyWeight = 8;
  if (shared_ == nullptr) return kEmptyWeight;
  const size_t past = past_ == nullptr ? 0 : past_->weight();
  return kEmptyWeight + shared_->state.fields.size() + shared_->state.points.size() + past;
}

absl::StatusOr<domain::State> SubjectFold::Refold(const log::EventLog& log,
                                                  std::string_view subject,
                                                  const Frontier& frontier,
                                                  domain::ChangeListener* listener,
                                                  const IsShownFn& is_shown) {
  const auto keys = KeysFrom(log, subject, 0, frontier, nullptr);
  if (!keys.ok()) return keys.status();
  domain::State state;
  state.subject = std::string(subject);
  for (const log::SubjectKey& key : *keys) {
    if (listener != nullptr && listener->Done()) break;
    if (is_shown) {
      const auto bytes = log.Read(key.log, key.index);
      if (!bytes.ok()) return bytes.status();
      if (!is_shown(*bytes)) continue;
    }
    const absl::Status folded = FoldOne(log, key, frontier, state, nullptr, listener);
    if (!folded.ok()) return folded;
  }
  return state;
}

std::shared_ptr<const domain::State> SubjectFold::Share() {
  shared_->readers.fetch_add(1, std::memory_order_relaxed);
  return {&shared_->state, [shared = shared_](const domain::State*) {
            shared->readers.fetch_sub(1, std::memory_order_release);
          }};
}

absl::Status SubjectFold::Restart(const FrontierRef& frontier) {
  shared_ = nullptr;
  served_ = nullptr;
  const auto keys = KeysFrom(log_, subject_, 0, *frontier, nullptr);
  if (!keys.ok()) return keys.status();
  shared_ = std::make_shared<Shared>();
  shared_->state.subject = subject_;
  needs_ = Frontier();
  last_ = frontier;
  return Extend(*keys, *frontier);
}

// New entries of a log have clocks above that log's last one, so the subject's
// index is read from the lowest of those clocks only.
absl::StatusOr<SubjectFold::Keys> SubjectFold::KeysBeyondLast(const Frontier& frontier) const {
  uint64_t lowest = std::numeric_limits<uint64_t>::max();
  for (const auto& [name, known] : frontier.logs()) {
    const auto before = last_->logs().find(name);
    if (before == last_->logs().end()) {
      if (known.size > 0) lowest = 0;
    } else if (known.size > before->second.size) {
      lowest = std::min(lowest, before->second.last_clock);
    }
  }
  if (lowest == std::numeric_limits<uint64_t>::max()) return Keys();
  return KeysFrom(log_, subject_, lowest, frontier, last_.get());
}

// In place if nobody else has the state, so that a subject of many entries does
// not cost a copy per entry. After an error nothing is kept.
absl::Status SubjectFold::Extend(const Keys& keys, const Frontier& frontier) {
  if (keys.empty()) return absl::OkStatus();
  served_ = nullptr;
  if (shared_->readers.load(std::memory_order_acquire) > 0) {
    auto copy = std::make_shared<Shared>();
    copy->state = shared_->state;
    shared_ = std::move(copy);
  }
  for (const log::SubjectKey& key : keys) {
    const absl::Status folded = FoldOne(log_, key, frontier, shared_->state, &needs_, nullptr);
    if (folded.ok()) continue;
    shared_ = nullptr;
    return folded;
  }
  return absl::OkStatus();
}

}  // namespace liggare::state
