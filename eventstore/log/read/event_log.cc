#include "eventstore/log/read/event_log.h"

#include <algorithm>
#include <utility>

#include "eventstore/log/bytes/keys.h"
#include "eventstore/log/read/event_log_state.h"
#include "eventstore/log/read/log_tiles.h"
#include "eventstore/log/read/purge.h"

namespace liggare::log {
namespace {

absl::Status NoSuchLog(std::string_view log) {
  return absl::NotFoundError("log " + std::string(log) + " is not held");
}

absl::Status Missing(std::string_view log, uint64_t index) {
  return absl::DataLossError("log " + std::string(log) + ": entry " + std::to_string(index) +
                             " is missing");
}

// The size of the checkpoint row under the cursor, if it is of the log and not beyond
// `size`.
std::optional<uint64_t> SizeUnder(const Cursor& cursor, uint32_t log, uint64_t size) {
  if (!cursor.Valid()) return std::nullopt;
  const auto key = keys::ParseLogMetaKey(cursor.key());
  if (!key || key->tag != keys::kCheckpointTag || key->log != log || key->position > size) {
    return std::nullopt;
  }
  return key->position;
}

// Whether the bytes are a checkpoint of that origin and size.
absl::Status CheckReadable(std::string_view bytes, const std::string& origin, uint64_t size) {
  const auto note = note::ParseNote(bytes);
  if (!note.ok()) return note.status();
  const auto checkpoint = note::ParseCheckpoint(note->text);
  if (!checkpoint.ok()) return checkpoint.status();
  if (checkpoint->origin == origin && checkpoint->size == size) return absl::OkStatus();
  return absl::InvalidArgumentError("it is of " + std::to_string(checkpoint->size) + " of " +
                                    checkpoint->origin);
}

}  // namespace

EventLog::EventLog(std::unique_ptr<State> state) : state_(std::move(state)) {}
EventLog::~EventLog() = default;

absl::StatusOr<std::unique_ptr<EventLog>> EventLog::Open(Database& database, Options options) {
  auto identity = OpenIdentity(database, options);
  if (!identity.ok()) return identity.status();
  auto state = std::make_unique<State>(database, *std::move(identity));
  if (absl::Status status = state->catalog.Load(database); !status.ok()) return status;
  state->own_number = state->catalog.LatestEpochOf(state->identity.path);
  const std::string* own_log = state->catalog.NameOf(state->own_number);
  if (own_log == nullptr) return absl::DataLossError("the data directory has no log of its own");
  state->own_log = *own_log;
  if (!options.read_only) {
    // The last process may have stopped between a commit that erased and the purge.
    if (absl::Status purged = PurgeIfOwed(database); !purged.ok()) return purged;
  }
  return std::unique_ptr<EventLog>(new EventLog(std::move(state)));
}

const std::string& EventLog::path() const { return state_->identity.path; }
const std::string& EventLog::trust_domain() const { return state_->identity.trust_domain; }
const std::string& EventLog::own_log() const { return state_->own_log; }
const std::string& EventLog::instance_id() const { return state_->identity.instance_id; }
uint64_t EventLog::boot_count() const { return state_->identity.boot_count; }

std::vector<HeldLog> EventLog::Logs() const {
  std::vector<HeldLog> logs = state_->catalog.All();
  const auto rank = [this](const HeldLog& log) { return log.number != state_->own_number; };
  std::sort(logs.begin(), logs.end(), [&](const HeldLog& a, const HeldLog& b) {
    return std::pair(rank(a), std::string_view(a.name)) <
           std::pair(rank(b), std::string_view(b.name));
  });
  return logs;
}

std::vector<HeldLog> EventLog::LogsOf(std::string_view path) const {
  return state_->catalog.LogsOf(path);
}

std::optional<HeldLog> EventLog::Find(std::string_view log) const {
  auto found = state_->catalog.Find(log);
  if (!found) return std::nullopt;
  return std::move(found->held);
}

std::optional<std::string> EventLog::LatestEpoch(std::string_view path) const {
  // Epochs have no leading zeros: a longer name is of a greater one.
  const auto rank = [](const std::string& name) { return std::pair(name.size(), name); };
  std::optional<std::string> latest;
  for (const uint32_t number : state_->catalog.EpochsOf(path)) {
    const std::string& name = *state_->catalog.NameOf(number);
    if (state_->catalog.Find(name)->held.size == 0) continue;
    if (!latest || rank(*latest) < rank(name)) latest = name;
  }
  return latest;
}

absl::StatusOr<std::string> EventLog::Read(std::string_view log, uint64_t index) const {
  const auto held = Find(log);
  if (!held) return NoSuchLog(log);
  if (index >= held->size) {
    return absl::NotFoundError("log " + held->name + " has no entry " + std::to_string(index));
  }
  auto entry = state_->database.Get(
      Family::kEvents, keys::Encode(keys::EventKey{.log = held->number, .index = index}));
  if (!entry.ok()) return entry.status();
  if (!*entry) return Missing(log, index);
  return **std::move(entry);
}

absl::StatusOr<EntryRange> EventLog::ReadRange(std::string_view log, uint64_t first_index,
                                               RangeLimits limits) const {
  const auto held = Find(log);
  if (!held) return NoSuchLog(log);
  EntryRange range = {.log = held->name, .first_index = first_index, .entries = {}};
  const uint64_t end_index = std::min(limits.end_index, held->size);
  if (first_index >= end_index) return range;
  const auto cursor = state_->database.NewCursor(Family::kEvents);
  keys::EventKey next = {.log = held->number, .index = first_index};
  cursor->Seek(keys::Encode(next));
  for (size_t bytes = 0; next.index < end_index; cursor->Next(), ++next.index) {
    if (!cursor->Valid() || keys::ParseEventKey(cursor->key()) != next) {
      return cursor->status().ok() ? Missing(log, next.index) : cursor->status();
    }
    bytes += cursor->value().size();
    if (bytes > limits.bytes_max && !range.entries.empty()) break;
    range.entries.emplace_back(cursor->value());
  }
  return range;
}

absl::StatusOr<std::vector<LogIndex>> EventLog::FindEvent(std::string_view event_id) const {
  std::vector<LogIndex> places;
  const std::vector<uint64_t> sizes = state_->catalog.Sizes();
  const auto cursor = state_->database.NewCursor(Family::kIds);
  for (cursor->Seek(event_id); cursor->Valid(); cursor->Next()) {
    const auto key = keys::ParseIdKey(cursor->key());
    if (!key || key->event_id != event_id) break;
    const auto value = keys::ParseIdValue(cursor->value());
    if (!value) return absl::DataLossError("an id row has the wrong length");
    if (key->log >= sizes.size() || value->index >= sizes[key->log]) continue;
    places.push_back({.log = *state_->catalog.NameOf(key->log), .index = value->index});
  }
  if (!cursor->status().ok()) return cursor->status();
  return places;
}

absl::StatusOr<uint64_t> EventLog::KnownSize(std::string_view log, uint64_t own_index) const {
  const auto own = state_->catalog.Find(state_->own_log);
  own_index = std::min(own_index, own->held.size);
  if (log == state_->own_log) return own_index;
  const auto held = Find(log);
  if (!held || own_index == 0) return 0;
  const keys::KnownKey last = {
      .own_log = state_->own_number, .log = held->number, .own_index = own_index - 1};
  const auto cursor = state_->database.NewCursor(Family::kKnown);
  cursor->SeekForPrev(keys::Encode(last));
  if (!cursor->Valid())
    return cursor->status().ok() ? absl::StatusOr<uint64_t>(0) : cursor->status();
  const auto key = keys::ParseKnownKey(cursor->key());
  if (!key || key->own_log != last.own_log || key->log != last.log) return 0;
  const auto size = keys::ParseInteger(cursor->value());
  if (!size) return absl::DataLossError("a known row has the wrong length");
  return *size;
}

absl::StatusOr<merkle::Hash> EventLog::RootAt(std::string_view log, uint64_t size) const {
  const auto found = state_->catalog.Find(log);
  if (!found) return NoSuchLog(log);
  return merkle::RootAt(*found->tree, LogTiles(state_->database, found->held.number), size);
}

absl::StatusOr<merkle::Proof> EventLog::InclusionProof(std::string_view log, uint64_t index,
                                                       uint64_t size) const {
  const auto found = state_->catalog.Find(log);
  if (!found) return NoSuchLog(log);
  return merkle::InclusionProof(*found->tree, LogTiles(state_->database, found->held.number), index,
                                size);
}

absl::StatusOr<merkle::Proof> EventLog::ConsistencyProof(std::string_view log, uint64_t old_size,
                                                         uint64_t new_size) const {
  const auto found = state_->catalog.Find(log);
  if (!found) return NoSuchLog(log);
  return merkle::ConsistencyProof(*found->tree, LogTiles(state_->database, found->held.number),
                                  old_size, new_size);
}

merkle::Tree EventLog::TreeOf(std::string_view log) const {
  const auto found = state_->catalog.Find(log);
  return found ? *found->tree : merkle::Tree();
}

absl::StatusOr<std::optional<std::string>> EventLog::CheckpointAtOrAfter(std::string_view log,
                                                                         uint64_t size) const {
  const auto held = Find(log);
  if (!held) return std::nullopt;
  const std::string origin = trust_domain() + "/" + held->name;
  const auto cursor = state_->database.NewCursor(Family::kMeta);
  cursor->Seek(keys::CheckpointKey(held->number, size));
  while (const auto at = SizeUnder(*cursor, held->number, held->size)) {
    if (CheckReadable(cursor->value(), origin, *at).ok()) return std::string(cursor->value());
    cursor->Next();
  }
  if (!cursor->status().ok()) return cursor->status();
  return std::nullopt;
}

absl::StatusOr<std::optional<std::string>> EventLog::LatestCheckpoint(std::string_view log) const {
  const auto held = Find(log);
  if (!held) return std::nullopt;
  const std::string origin = trust_domain() + "/" + held->name;
  const auto cursor = state_->database.NewCursor(Family::kMeta);
  cursor->SeekForPrev(keys::CheckpointKey(held->number, held->size));
  while (const auto at = SizeUnder(*cursor, held->number, held->size)) {
    if (CheckReadable(cursor->value(), origin, *at).ok()) return std::string(cursor->value());
    cursor->Prev();
  }
  if (!cursor->status().ok()) return cursor->status();
  return std::nullopt;
}

absl::Status EventLog::CheckNewestCheckpoint(std::string_view log) const {
  const auto held = Find(log);
  if (!held) return absl::OkStatus();
  const auto cursor = state_->database.NewCursor(Family::kMeta);
  cursor->SeekForPrev(keys::CheckpointKey(held->number, held->size));
  const auto at = SizeUnder(*cursor, held->number, held->size);
  if (!at) return cursor->status();
  const absl::Status readable =
      CheckReadable(cursor->value(), trust_domain() + "/" + held->name, *at);
  if (readable.ok()) return readable;
  return absl::DataLossError(
      "the stored checkpoint of " + held->name + " at " + std::to_string(*at) + " can't be read (" +
      std::string(readable.message()) + "); liggare fsck --repair takes it away");
}

absl::StatusOr<std::optional<std::string>> EventLog::FreezeEvidence(std::string_view log) const {
  const auto held = Find(log);
  if (!held) return std::nullopt;
  return state_->database.Get(Family::kMeta, keys::FrozenKey(held->number));
}

absl::StatusOr<std::optional<std::string>> EventLog::SavedNote(std::string_view key) const {
  return state_->database.Get(Family::kMeta, keys::SavedNoteKey(key));
}

EventLog::Subscription::Subscription(const EventLog& log,
                                     std::shared_ptr<CommitListenerEntry> entry)
    : log_(log), entry_(std::move(entry)) {}

EventLog::Subscription::~Subscription() {
  log_.state_->listeners.Remove(entry_.get());
  entry_->End();
}

std::unique_ptr<EventLog::Subscription> EventLog::OnCommit(CommitListener listener) const {
  auto entry = std::make_shared<CommitListenerEntry>(std::move(listener));
  state_->listeners.Add(entry);
  return std::unique_ptr<Subscription>(new Subscription(*this, std::move(entry)));
}

}  // namespace liggare::log
