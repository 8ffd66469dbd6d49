// An entry's bytes as one line: text for people, JSON for programs.
#ifndef SERVICES_PRESENTATION_ENTRY_FORM_H_
#define SERVICES_PRESENTATION_ENTRY_FORM_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "liggare/v1/event.pb.h"
#include "services/presentation/entry_place.h"

namespace liggare::presentation {

// The JSON name of the event's payload, report_corrected; "unknown" for a type
// that this version does not know.
std::string PayloadName(const v1::EventData& data);

// Of an entry that is withheld from the node that is read: its place, and in JSON
// its leaf hash: {"log", "index", "withheld"}.
std::string WithheldText(const EntryPlace& place);
std::string WithheldJson(const EntryPlace& place, std::string_view leaf);

// se/17@1#3  2025-01-14 09:12:33Z  report_corrected  rapport/2024/…  anna
absl::StatusOr<std::string> EntryText(std::string_view entry);

// {"log", "index", "clock", "recorded_at", "principal", "basis", "event": the event
// as docs/events.md has it}
absl::StatusOr<std::string> EntryJson(std::string_view entry);

}  // namespace liggare::presentation

#endif  // SERVICES_PRESENTATION_ENTRY_FORM_H_
