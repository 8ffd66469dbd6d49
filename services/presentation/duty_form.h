// How duties are shown: what is late or missing, and whom to remind.
#ifndef SERVICES_PRESENTATION_DUTY_FORM_H_
#define SERVICES_PRESENTATION_DUTY_FORM_H_

#include <string>

#include "liggare/v1/query_service.pb.h"
#include "services/presentation/event_ref_json.h"

namespace liggare::presentation {

struct AnsweredDuties {
  int year = 0;
  bool with_all = false;  // Also what came in time and what is awaited.
  v1::ListDutiesResponse answer;
};

// How many of each kind came in time, late, or not; then a line for each that did
// not come in time.
std::string DutiesText(const AnsweredDuties& duties);
// Every duty; `missing` names the verksamheter without a report, due or not yet.
Json DutiesJson(const AnsweredDuties& duties);

// Only what is missing, the oldest last day first: whom to remind of what.
std::string RemindersText(const AnsweredDuties& duties);
Json RemindersJson(const AnsweredDuties& duties);

}  // namespace liggare::presentation

#endif  // SERVICES_PRESENTATION_DUTY_FORM_H_
