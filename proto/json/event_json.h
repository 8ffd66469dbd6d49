// Events as JSON, one per line: what `liggare record` reads and prints.
//
//   {"id": "0190163d-8694-739b-aea5-966c26f8ad91", "subject": "rapport/2024/se/17/varmland",
//    "actor": {"id": "anna", "role": "handlaggare"}, "report_submitted": {…}}
//
// Everything is derived from the messages (proto/form/plan.h): members are named
// as in the .proto, enum values by their tokens, int64 as JSON integers, bytes in
// base64. A text that may hold personal data is a plain string, which becomes a
// commitment and a disclosure. docs/events.md shows every type.
//
// Free functions, thread-safe if the salt source is.
#ifndef PROTO_JSON_EVENT_JSON_H_
#define PROTO_JSON_EVENT_JSON_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "liggare/v1/event.pb.h"
#include "proto/json/commitment.h"

namespace liggare::json {

inline constexpr size_t kEventJsonBytesMax = 1024 * 1024;
inline constexpr int kJsonDepthMax = 16;

struct ParsedEvent {
  v1::EventData data;
  std::vector<v1::Disclosure> disclosures;  // One per text, in the order of the line.
  std::string node;  // The member "node": which node is to record it; may be empty.
};

// LIMIT_EXCEEDED for a line of more than kEventJsonBytesMax.
absl::Status CheckEventJsonBytes(uint64_t bytes);

// Reads one event. MALFORMED (not JSON; says at which byte), LIMIT_EXCEEDED,
// UNKNOWN_FIELD, UNKNOWN_TYPE, MISSING_FIELD (id, subject or payload) or
// INVALID_FIELD; `field` is the path within the line
// (report_submitted.klienter[2].antal) and `expected` what would be right. What the
// values mean is not judged here: that is CheckShape's (services/domain).
absl::StatusOr<ParsedEvent> EventFromJson(std::string_view line, const SaltSource& salts);

// One line without a newline; EventFromJson reads it back, unless it holds
// something unknown. A text whose
// disclosure is not given is shown as {"commitment": …}; fields that this version
// does not know as "unknown": {"fields": [numbers], "bytes": base64}.
std::string EventToJson(const v1::EventData& event,
                        const std::vector<v1::Disclosure>& disclosures = {});

}  // namespace liggare::json

#endif  // PROTO_JSON_EVENT_JSON_H_
