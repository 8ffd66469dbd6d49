// A line of `record`: one event as JSON (docs/events.md).
#ifndef CLIENTS_CLI_SHELL_EVENT_LINE_H_
#define CLIENTS_CLI_SHELL_EVENT_LINE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "liggare/v1/error.pb.h"
#include "liggare/v1/event_service.pb.h"
#include "proto/json/commitment.h"

namespace liggare::cli {

// The submission that a line stands for. The errors of proto/json/event_json.h,
// with how to make an id where there is none; INVALID_FIELD if the line says that
// it is for another node than `node`.
absl::StatusOr<v1::Submission> SubmissionOfLine(std::string_view line, std::string_view node,
                                                const json::SaltSource& salts);

// "liggare: line 12: <error>"
std::string LineError(uint64_t line, const v1::Error& error);

// Numbers in rising order, shortened: 3, 7-9, 12.
std::string LineRanges(const std::vector<uint64_t>& lines);

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_SHELL_EVENT_LINE_H_
