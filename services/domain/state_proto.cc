#include "services/domain/state_proto.h"

#include "proto/error/error.h"
#include "proto/form/plan.h"
#include "services/domain/fold.h"

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

void AddDisregarded(const State& state, const DisregardedEntry& entry, v1::State& out) {
  v1::Disregarded& added = *out.add_disregarded();
  *added.mutable_event() = EventRefOf(state, entry.point);
  added.set_code(ErrorName(entry.code));
  added.set_message(entry.message);
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

v1::State ToProto(const State& state) {
  v1::State out;
  out.set_subject(state.subject);
  for (const auto& [path, field] : state.fields) {
    if (HasValue(field.value)) SetField(state, path, field.value, field.set_by, *out.add_fields());
  }
  for (const StateConflict& conflict : state.conflicts) AddConflict(state, conflict, out);
  for (const AwaitingEntry& entry : state.awaiting) AddAwaiting(state, entry, out);
  for (const DisregardedEntry& entry : state.disregarded) AddDisregarded(state, entry, out);
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
