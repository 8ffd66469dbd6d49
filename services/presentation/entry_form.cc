#include "services/presentation/entry_form.h"

#include "eventstore/proof/proven_entry.h"
#include "google/protobuf/descriptor.h"
#include "proto/json/event_json.h"
#include "proto/text/hex.h"
#include "proto/text/shown_text.h"
#include "services/presentation/event_ref_json.h"
#include "services/presentation/swedish_text.h"

namespace liggare::presentation {

std::string PayloadName(const v1::EventData& data) {
  const auto* field = v1::EventData::descriptor()->FindFieldByNumber(data.payload_case());
  return field == nullptr ? "unknown" : field->name();
}

std::string WithheldText(const EntryPlace& place) {
  return text::ShownText(place.Text()) + "  undanhållen: rör inte noden";
}

std::string WithheldJson(const EntryPlace& place, std::string_view leaf) {
  return Json{{"log", place.log}, {"index", place.index}, {"withheld", text::Hex(leaf)}}.dump();
}

absl::StatusOr<std::string> EntryText(std::string_view entry) {
  const auto parsed = proof::ParseEntry(entry, "read");
  if (!parsed.ok()) return parsed.status();
  const v1::Event& event = parsed->event;
  const std::string& actor = parsed->data.actor().id();
  return text::ShownText(EntryPlace{event.log(), event.index()}.Text() + "  " +
                         TimeText(event.recorded_at_ms()) + "  " + PayloadName(parsed->data) +
                         "  " + parsed->data.subject() + "  " +
                         (actor.empty() ? event.principal() : actor));
}

absl::StatusOr<std::string> EntryJson(std::string_view entry) {
  const auto parsed = proof::ParseEntry(entry, "read");
  if (!parsed.ok()) return parsed.status();
  const v1::Event& event = parsed->event;
  Json json = {{"log", event.log()},
               {"index", event.index()},
               {"clock", std::to_string(event.clock())},
               {"recorded_at", IsoTime(event.recorded_at_ms())},
               {"principal", event.principal()}};
  json["basis"] = Json::object();
  for (const v1::Basis& basis : event.basis()) json["basis"][basis.log()] = basis.index();
  json["event"] = Json::parse(json::EventToJson(parsed->data), nullptr, false);
  return json.dump();
}

}  // namespace liggare::presentation
