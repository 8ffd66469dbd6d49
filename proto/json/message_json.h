// Messages as JSON files (receipts, evidence), read strictly: whoever else reads the same
// bytes must come to the same message, or a proof could show one thing and hold for
// another.
#ifndef PROTO_JSON_MESSAGE_JSON_H_
#define PROTO_JSON_MESSAGE_JSON_H_

#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace liggare::json {

// Reads the JSON form of a message (protobuf's) into `message`. MALFORMED, with the place,
// if it is not UTF-8, not JSON by RFC 8259, names a member twice (also once in each of
// protobuf's spellings), or has a member that the message does not know.
absl::Status MessageFromJson(std::string_view json, google::protobuf::Message& message);

}  // namespace liggare::json

#endif  // PROTO_JSON_MESSAGE_JSON_H_
