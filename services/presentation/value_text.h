// Values and references to events, in a line of text for people.
#ifndef SERVICES_PRESENTATION_VALUE_TEXT_H_
#define SERVICES_PRESENTATION_VALUE_TEXT_H_

#include <string>

#include "liggare/v1/event.pb.h"
#include "liggare/v1/query_service.pb.h"

namespace liggare::presentation {

// 13, text, ja, nej; – for a value that is absent; the beginning of a commitment.
std::string ValueText(const v1::Value& value);

// anna (handlaggare), or the principal where no actor is named.
std::string WhoText(const v1::EventRef& event);

// se/17@1#3 report_corrected
std::string EventText(const v1::EventRef& event);

}  // namespace liggare::presentation

#endif  // SERVICES_PRESENTATION_VALUE_TEXT_H_
