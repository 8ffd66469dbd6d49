// Errors in the project's vocabulary (error.proto, docs/errors.md), carried by
// absl::Status: the status has the canonical code that fits, the message, and
// the Error as a payload, so that every layer and every client can name the
// field and what would be right.
#ifndef PROTO_ERROR_ERROR_H_
#define PROTO_ERROR_ERROR_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "liggare/v1/error.pb.h"

namespace liggare {

// The parts of an error. `field` and `expected` may be empty.
struct ErrorParts {
  std::string message;
  std::string field = {};
  std::string expected = {};
};

// A status with the given code; `parts.message` is one sentence.
absl::Status MakeError(v1::ErrorCode code, ErrorParts parts);
absl::Status MakeError(v1::Error error);

// The error that a status carries. A status without one gives an Error whose
// code is the closest to the canonical code. `status` must not be OK.
v1::Error ErrorOf(const absl::Status& status);

// The code's name without its prefix: SUBJECT_MOVED.
std::string ErrorName(v1::ErrorCode code);

// One line for people: "SUBJECT_MOVED: klienter[kvinna][30-49].antal: … (expected …)".
std::string ErrorText(const v1::Error& error);

}  // namespace liggare

#endif  // PROTO_ERROR_ERROR_H_
