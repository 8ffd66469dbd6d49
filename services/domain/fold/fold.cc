#include "services/domain/fold/fold.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "proto/error/error.h"
#include "proto/form/plan.h"
#include "proto/name/log_name.h"
#include "services/domain/form/assignments.h"
#include "services/domain/form/form_version.h"
#include "services/domain/form/shape.h"
#include "services/domain/law/authority.h"
#include "services/domain/rapport/report_kontroll.h"

namespace liggare::domain {
namespace {

// As long as what a node attests may be (services/rpc/tls/identity.cc).
constexpr size_t kPrincipalBytesMax = 512;

// These set nothing (assignments.cc).
bool IsOfTheNodesThemselves(int type) {
  return type == v1::EventData::kReceivedFieldNumber ||
         type == v1::EventData::kEpochOpenedFieldNumber;
}

// Whether the node that recorded `entry` held the event at `point`.
bool Knows(const State& state, const FoldEntry& entry, uint32_t point_id) {
  const EventPoint& point = state.points[point_id];
  const std::string& log = state.strings.at(point.log);
  if (log == entry.log) return point.index < entry.index;
  return std::any_of(entry.basis.begin(), entry.basis.end(), [&](const LogPoint& basis) {
    return basis.index >= point.index && basis.log == log;
  });
}

// Folds one entry into one state; lives for the call.
class Folder {
 public:
  Folder(State& state, const FoldEntry& entry, ChangeListener* listener)
      : state_(state), entry_(entry), listener_(listener), next_(state.fields.end()) {}

  void NotePosition();
  FoldOutcome Disregard(const absl::Status& why);
  // OK while the writer may still give the subject fields.
  absl::Status CheckRoom() const;
  // The first part of the basis that is not held.
  const LogPoint* FirstMissing(HeldFn held) const;
  FoldOutcome Await(const LogPoint& missing);
  FoldOutcome Apply();

 private:
  uint32_t Point();
  uint32_t PointWithoutEffect();
  void Set(std::string_view path, FieldValue value);
  void Replace(std::string_view path, Field& field, FieldValue value);
  void SettleConflicts(std::string_view path);
  void RemoveLeftOut(const form::EventType& type);
  void TrackFindings();
  bool IsLeftOut(const Field& field) { return HasValue(field.value) && field.set_by != Point(); }

  State& state_;
  const FoldEntry& entry_;
  ChangeListener* listener_;
  std::optional<uint32_t> point_;
  uint64_t fields_made_ = 0;
  std::map<std::string, Field, std::less<>>::iterator next_;  // After the field set last.
};

// Most entries' points are needed; those that set nothing (received) keep none.
uint32_t Folder::Point() {
  if (point_.has_value()) return *point_;
  const v1::EventData& data = *entry_.data;
  StringTable& strings = state_.strings;
  state_.points.push_back({.index = entry_.index,
                           .clock = entry_.clock,
                           .recorded_at_ms = entry_.recorded_at_ms,
                           .event_id = data.event_id(),
                           .type = entry_.type,
                           .log = strings.Add(entry_.log),
                           .principal = strings.Add(entry_.principal),
                           .actor_id = strings.Add(data.actor().id()),
                           .actor_role = strings.Add(data.actor().role()),
                           .actor_organisation = strings.Add(data.actor().organisationsnummer()),
                           .reason_code = strings.Add(data.reason_code())});
  point_ = static_cast<uint32_t>(state_.points.size() - 1);
  return *point_;
}

uint32_t Folder::PointWithoutEffect() {
  const uint32_t point = Point();
  state_.points[point].in_effect = false;
  return point;
}

void Folder::NotePosition() {
  if (state_.empty) state_.subject = entry_.data->subject();
  state_.empty = false;
  state_.last_key = entry_.Key();
  auto it = state_.positions.find(entry_.log);
  if (it == state_.positions.end()) {
    state_.positions.emplace(entry_.log, entry_.index);
  } else {
    it->second = std::max(it->second, entry_.index);
  }
}

FoldOutcome Folder::Disregard(const absl::Status& why) {
  if (listener_ != nullptr) listener_->Disregarded(entry_, why);
  if (++state_.disregarded_counts[entry_.log] <= kDisregardedShownMax) {
    v1::Error error = ErrorOf(why);
    state_.disregarded.push_back(
        {PointWithoutEffect(), error.code(), std::move(*error.mutable_message())});
  }
  return FoldOutcome::kDisregarded;
}

absl::Status Folder::CheckRoom() const {
  const auto made = state_.fields_made.find(name::PathOfLog(entry_.log));
  if (made == state_.fields_made.end() || made->second < kFieldsOfWriterMax) {
    return absl::OkStatus();
  }
  return MakeError(v1::ERROR_CODE_LIMIT_EXCEEDED,
                   {.message = made->first + " has given the subject " +
                               std::to_string(made->second) + " fields",
                    .expected = "at most " + std::to_string(kFieldsOfWriterMax)});
}

const LogPoint* Folder::FirstMissing(HeldFn held) const {
  for (const LogPoint& basis : entry_.basis) {
    if (held(basis.log) <= basis.index) return &basis;
  }
  return nullptr;
}

FoldOutcome Folder::Await(const LogPoint& missing) {
  state_.awaiting.push_back({PointWithoutEffect(), missing.log, missing.index});
  return FoldOutcome::kAwaiting;
}

FoldOutcome Folder::Apply() {
  const form::EventType& type = *form::FindEventType(entry_.type);
  ForEachAssignment(*entry_.data, type, [this](std::string_view path, FieldValue value) {
    Set(path, std::move(value));
  });
  RemoveLeftOut(type);
  if (fields_made_ > 0)
    state_.fields_made[std::string(name::PathOfLog(entry_.log))] += fields_made_;
  ++state_.event_count;
  TrackFindings();
  return FoldOutcome::kFolded;
}

// Findings of a report come and go with the events that change its fields.
void Folder::TrackFindings() {
  const bool changes_report = OwnerOf(entry_.type) == v1::EventData::kReportSubmittedFieldNumber ||
                              entry_.type == v1::EventData::kConflictResolvedFieldNumber;
  if (!changes_report) return;
  std::map<std::string, v1::Finding> found;
  for (v1::Finding& finding : ReportFindings(state_)) {
    std::string id = finding.id();
    found.emplace(std::move(id), std::move(finding));
  }
  for (auto& [id, known] : state_.findings) {
    const auto still = found.find(id);
    if (still == found.end() && !known.corrected_by) known.corrected_by = Point();
    if (still == found.end()) continue;
    if (known.corrected_by)
      known = {std::move(still->second), Point(), std::nullopt};
    else
      known.finding = std::move(still->second);
    found.erase(still);
  }
  for (auto& [id, finding] : found) {
    state_.findings.emplace(id, KnownFinding{std::move(finding), Point(), std::nullopt});
  }
}

void Folder::Set(std::string_view path, FieldValue value) {
  // Fields mostly come in the order of the paths.
  auto it = next_;
  if (it == state_.fields.end() || it->first != path) it = state_.fields.lower_bound(path);
  if (it != state_.fields.end() && it->first == path) {
    Replace(path, it->second, std::move(value));
    next_ = std::next(it);
    return;
  }
  if (!HasValue(value)) return;
  const uint32_t point = Point();
  if (listener_ != nullptr) {
    listener_->Changed(state_, path, FieldValue(), value, point, entry_);
  }
  state_.fields.emplace_hint(it, path, Field{std::move(value), point, OwnerOf(entry_.type)});
  ++fields_made_;
}

void Folder::Replace(std::string_view path, Field& field, FieldValue value) {
  const uint32_t point = Point();
  const bool differs = field.value != value;
  const bool knows = field.set_by == point || Knows(state_, entry_, field.set_by);
  if (knows) SettleConflicts(path);
  if (differs && !knows) {
    state_.conflicts.push_back({std::string(path), field.value, field.set_by});
  }
  if (differs && listener_ != nullptr) {
    listener_->Changed(state_, path, field.value, value, point, entry_);
  }
  const bool keeps_owner = entry_.type == v1::EventData::kConflictResolvedFieldNumber;
  field = {std::move(value), point, keeps_owner ? field.owner : OwnerOf(entry_.type)};
}

void Folder::SettleConflicts(std::string_view path) {
  if (state_.conflicts.empty()) return;
  std::erase_if(state_.conflicts, [&](const StateConflict& conflict) {
    return conflict.path == path && Knows(state_, entry_, conflict.overridden_by);
  });
}

// A payload describes its form, or its element, wholly: what it leaves out is
// no longer so.
void Folder::RemoveLeftOut(const form::EventType& type) {
  const Territory territory = TerritoryOf(*entry_.data, type);
  if (territory.kind == Territory::Kind::kForm) {
    for (auto& [path, field] : state_.fields) {
      if (field.owner == territory.owner && IsLeftOut(field)) Replace(path, field, FieldValue());
    }
  }
  if (territory.kind == Territory::Kind::kPrefix) {
    const std::string& prefix = territory.prefix;
    for (auto it = state_.fields.lower_bound(prefix);
         it != state_.fields.end() && it->first.compare(0, prefix.size(), prefix) == 0; ++it) {
      if (IsLeftOut(it->second)) Replace(it->first, it->second, FieldValue());
    }
  }
}

}  // namespace

void ChangeListener::Disregarded(const FoldEntry&, const absl::Status&) {}

bool ChangeListener::Done() const { return false; }

absl::Status CheckEffect(const FoldEntry& entry) {
  if (form::FindEventType(entry.type) == nullptr) {
    return MakeError(
        v1::ERROR_CODE_UNKNOWN_TYPE,
        {.message = "event type " + std::to_string(entry.type) + " is not known to this version"});
  }
  if (entry.data->form_version() > kFormVersionMax) {
    return MakeError(v1::ERROR_CODE_UNKNOWN_TYPE,
                     {.message = "form version " + std::to_string(entry.data->form_version()) +
                                 " is not known to this version"});
  }
  absl::Status status =
      AuthoriseWriter(entry.type, name::PathOfLog(entry.log), entry.data->subject());
  if (!status.ok() || IsOfTheNodesThemselves(entry.type)) return status;
  if (entry.principal.size() > kPrincipalBytesMax) {
    return MakeError(v1::ERROR_CODE_LIMIT_EXCEEDED,
                     {.message = "the principal is longer than any that a node attests"});
  }
  return CheckFoldedShape(*entry.data);
}

FoldOutcome Fold(State& state, const FoldEntry& entry, HeldFn held, ChangeListener* listener) {
  Folder folder(state, entry, listener);
  folder.NotePosition();
  if (absl::Status effect = CheckEffect(entry); !effect.ok()) return folder.Disregard(effect);
  if (const LogPoint* missing = folder.FirstMissing(held)) return folder.Await(*missing);
  if (absl::Status room = folder.CheckRoom(); !room.ok()) return folder.Disregard(room);
  return folder.Apply();
}

bool AwaitedHasCome(const State& state, HeldFn held) {
  return std::any_of(state.awaiting.begin(), state.awaiting.end(),
                     [&](const AwaitingEntry& entry) { return held(entry.log) > entry.index; });
}

}  // namespace liggare::domain
