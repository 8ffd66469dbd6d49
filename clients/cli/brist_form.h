// How the register of brister and the good examples are shown.
#ifndef CLIENTS_CLI_BRIST_FORM_H_
#define CLIENTS_CLI_BRIST_FORM_H_

#include <string>

#include "clients/cli/event_ref_json.h"
#include "liggare/v1/query_service.pb.h"

namespace liggare::cli {

// Each brist with what was asked about it: given, open or overdue.
std::string BristerText(const v1::ListBristerResponse& answer);
Json BristerJson(const v1::ListBristerResponse& answer);

std::string ExamplesText(const v1::ListExamplesResponse& answer);
Json ExamplesJson(const v1::ListExamplesResponse& answer);

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_BRIST_FORM_H_
