// The parts that every JSON answer shares: references to events, values, and
// events by their place (docs/state_format.md).
#ifndef SERVICES_PRESENTATION_EVENT_REF_JSON_H_
#define SERVICES_PRESENTATION_EVENT_REF_JSON_H_

#include <string>

#include "liggare/v1/event.pb.h"
#include "liggare/v1/query_service.pb.h"
#include "nlohmann/json.hpp"

namespace liggare::presentation {

using Json = nlohmann::ordered_json;

// 13, "text", true; null for a value that is absent.
Json ValueJson(const v1::Value& value);

// se/17/varmland@1#3
std::string PlaceOf(const v1::EventRef& event);

// Who, when, what: everything that the reference says. Members that are empty
// are left out, but for id, type, clock, recorded_at and principal.
Json EventRefJson(const v1::EventRef& event);

// The events that an answer refers to, by place, each once, in the order in which
// they were first met.
class EventRefs {
 public:
  // The event's place, as the answer gives it.
  std::string Add(const v1::EventRef& event);
  const Json& json() const { return events_; }

 private:
  Json events_ = Json::object();
};

}  // namespace liggare::presentation

#endif  // SERVICES_PRESENTATION_EVENT_REF_JSON_H_
