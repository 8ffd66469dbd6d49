// How the register of brister and the good examples are shown.
#ifndef SERVICES_PRESENTATION_BRIST_FORM_H_
#define SERVICES_PRESENTATION_BRIST_FORM_H_

#include <string>

#include "liggare/v1/query_service.pb.h"
#include "services/presentation/event_ref_json.h"

namespace liggare::presentation {

// Each brist with what was asked about it: given, open or overdue.
std::string BristerText(const v1::ListBristerResponse& answer);
Json BristerJson(const v1::ListBristerResponse& answer);

std::string ExamplesText(const v1::ListExamplesResponse& answer);
Json ExamplesJson(const v1::ListExamplesResponse& answer);

}  // namespace liggare::presentation

#endif  // SERVICES_PRESENTATION_BRIST_FORM_H_
