#include "services/domain/state/state_proto.h"

#include "proto/error/error.h"
#include "proto/form/plan.h"
#include "services/domain/state/fold_version.h"

namespace liggare::domain {
namespace {

void SetField(const State& state, const std::string& path, const FieldValue& value, uint32_t set_by,
              v1::StateField& out) {
  out.set_path(path);
  if (HasValue(value)) *out.mutable_value() = ToProto(value);
  *out.mutable_set_by() = EventRefOf(state, set_by);
}

// A conflict's path always has a field: the event in effect set it.
void AddConflict(const State& state, const StateConflict& conflict, v1::State& out) {
  v1::Conflict& added = *out.add_conflicts();
  added.set_path(conflict.path);
  SetField(state, conflict.path, conflict.overridden, conflict.overridden_by,
           *added.mutable_overridden());
  const Field& field = state.fields.find(conflict.path)->second;
  SetField(state, conflict.path, field.value, field.set_by, *added.mutable_in_effect());
}

void AddAwaiting(const State& state, const AwaitingEntry& entry, v1::State& out) {
  v1::Awaiting& added = *out.add_awaiting();
  *added.mutable_event() = EventRefOf(state, entry.point);
  added.set_log(entry.log);
  added.set_index(entry.index);
}

// Of an entry without effect its writer may have made anything long.
void Cut(std::string& text) {
  if (text.size() <= kRefTextBytesMax) return;
  size_t end = kRefTextBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // UTF-8 tail.
  text.resize(end);
}

void CutTexts(v1::EventRef& ref) {
  Cut(*ref.mutable_actor()->mutable_id());
  Cut(*ref.mutable_actor()->mutable_role());
  Cut(*ref.mutable_actor()->mutable_organisationsnummer());
  Cut(*ref.mutable_principal());
  Cut(*ref.mutable_reason_code());
}

void AddDisregarded(const State& state, const DisregardedEntry& entry, v1::State& out) {
  v1::Disregarded& added = *out.add_disregarded();
  *added.mutable_event() = EventRefOf(state, entry.point);
  CutTexts(*added.mutable_event());
  added.set_code(ErrorName(entry.code));
  added.set_message(entry.message);
  Cut(*added.mutable_message());
}

}  // namespace

std::string TypeName(int type) {
  const form::EventType* known = form::FindEventType(type);
  return known != nullptr ? known->name : "unknown(" + std::to_string(type) + ")";
}

v1::EventRef EventRefOf(const State& state, uint32_t point_id) {
  const EventPoint& point = state.points[point_id];
  v1::EventRef ref;
  ref.set_log(state.strings.at(point.log));
  ref.set_index(point.index);
  ref.set_event_id(point.event_id);
  ref.set_type(TypeName(point.type));
  ref.set_clock(point.clock);
  ref.set_recorded_at_ms(point.recorded_at_ms);
  ref.mutable_actor()->set_id(state.strings.at(point.actor_id));
  ref.mutable_actor()->set_role(state.strings.at(point.actor_role));
  ref.mutable_actor()->set_organisationsnummer(state.strings.at(point.actor_organisation));
  ref.set_principal(state.strings.at(point.principal));
  ref.set_reason_code(state.strings.at(point.reason_code));
  return ref;
}

v1::Disregarded DisregardedOf(const FoldEntry& entry, const absl::Status& why) {
  v1::Disregarded out;
  v1::EventRef& ref = *out.mutable_event();
  ref.set_log(entry.log);
  ref.set_index(entry.index);
  ref.set_event_id(entry.data->event_id());
  ref.set_type(TypeName(entry.type));
  ref.set_clock(entry.clock);
  ref.set_recorded_at_ms(entry.recorded_at_ms);
  *ref.mutable_actor() = entry.data->actor();
  ref.set_principal(entry.principal);
  ref.set_reason_code(entry.data->reason_code());
  CutTexts(ref);
  const v1::Error error = ErrorOf(why);
  out.set_code(ErrorName(error.code()));
  out.set_message(error.message());
  Cut(*out.mutable_message());
  return out;
}

v1::State ToProto(const State& state) {
  v1::State out;
  out.set_subject(state.subject);
  for (const auto& [path, field] : state.fields) {
    if (HasValue(field.value)) SetField(state, path, field.value, field.set_by, *out.add_fields());
  }
  for (const StateConflict& conflict : state.conflicts) AddConflict(state, conflict, out);
  for (const AwaitingEntry& entry : state.awaiting) AddAwaiting(state, entry, out);
  for (const DisregardedEntry& entry : state.disregarded) AddDisregarded(state, entry, out);
  for (const auto& [log, number] : state.disregarded_counts) {
    v1::WithoutEffect& count = *out.add_without_effect();
    count.set_log(log);
    count.set_count(number);
  }
  out.set_event_count(state.event_count);
  out.set_fold_version(kFoldVersion);
  for (const auto& [log, index] : state.positions) {
    v1::Basis& position = *out.add_positions();
    position.set_log(log);
    position.set_index(index);
  }
  return out;
}

}  // namespace liggare::domain
