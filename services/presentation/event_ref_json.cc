#include "services/presentation/event_ref_json.h"

#include "proto/form/uuid.h"
#include "services/presentation/entry_place.h"
#include "services/presentation/swedish_text.h"

namespace liggare::presentation {
namespace {

Json ActorJson(const v1::Actor& actor) {
  Json json = Json::object();
  if (!actor.id().empty()) json["id"] = actor.id();
  if (!actor.role().empty()) json["role"] = actor.role();
  if (!actor.organisationsnummer().empty()) {
    json["organisationsnummer"] = actor.organisationsnummer();
  }
  return json;
}

}  // namespace

Json ValueJson(const v1::Value& value) {
  switch (value.kind_case()) {
    case v1::Value::kNumber:
      return value.number();
    case v1::Value::kText:
      return value.text();
    case v1::Value::kFlag:
      return value.flag();
    default:
      return nullptr;
  }
}

std::string PlaceOf(const v1::EventRef& event) {
  return EntryPlace{event.log(), event.index()}.Text();
}

Json EventRefJson(const v1::EventRef& event) {
  Json json;
  json["log"] = event.log();
  json["index"] = event.index();
  json["id"] = event.event_id().size() == form::kUuidBytes ? form::UuidText(event.event_id()) : "";
  json["type"] = event.type();
  // 64 bits do not fit into the numbers of every reader of JSON (RFC 8259, 6).
  json["clock"] = std::to_string(event.clock());
  json["recorded_at"] = IsoTime(event.recorded_at_ms());
  json["principal"] = event.principal();
  if (const Json actor = ActorJson(event.actor()); !actor.empty()) json["actor"] = actor;
  if (!event.reason_code().empty()) json["reason_code"] = event.reason_code();
  return json;
}

std::string EventRefs::Add(const v1::EventRef& event) {
  std::string place = PlaceOf(event);
  if (!events_.contains(place)) events_[place] = EventRefJson(event);
  return place;
}

}  // namespace liggare::presentation
