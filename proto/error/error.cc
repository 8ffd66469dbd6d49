#include "proto/error/error.h"

#include <optional>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"
#include "proto/text/shown_text.h"
#include "proto/text/utf8.h"

namespace liggare {
namespace {

constexpr char kPayloadUrl[] = "type.googleapis.com/liggare.v1.Error";

// docs/errors.md has the same table.
absl::StatusCode CanonicalCode(v1::ErrorCode code) {
  switch (code) {
    case v1::ERROR_CODE_MALFORMED:
    case v1::ERROR_CODE_INVALID_FIELD:
    case v1::ERROR_CODE_MISSING_FIELD:
    case v1::ERROR_CODE_UNKNOWN_FIELD:
    case v1::ERROR_CODE_UNKNOWN_TYPE:
    case v1::ERROR_CODE_INVALID_SUBJECT:
    case v1::ERROR_CODE_DISCLOSURE_MISMATCH:
    case v1::ERROR_CODE_CONFIGURATION:
      return absl::StatusCode::kInvalidArgument;
    case v1::ERROR_CODE_NOT_AUTHORISED:
    case v1::ERROR_CODE_PERMISSION_DENIED:
      return absl::StatusCode::kPermissionDenied;
    case v1::ERROR_CODE_UNAUTHENTICATED:
      return absl::StatusCode::kUnauthenticated;
    case v1::ERROR_CODE_UNKNOWN_NODE:
    case v1::ERROR_CODE_NOT_FOUND:
      return absl::StatusCode::kNotFound;
    case v1::ERROR_CODE_ALREADY_EXISTS:
      return absl::StatusCode::kAlreadyExists;
    case v1::ERROR_CODE_SUBJECT_MOVED:
    case v1::ERROR_CODE_OLD_VALUE_DIFFERS:
    case v1::ERROR_CODE_PREREQUISITE_MISSING:
    case v1::ERROR_CODE_AMOUNT_EXCEEDED:
    case v1::ERROR_CODE_STEP_NOT_ALLOWED:
    case v1::ERROR_CODE_READ_ONLY:
    case v1::ERROR_CODE_CLOCK_AHEAD:
    case v1::ERROR_CODE_FORKED:
      return absl::StatusCode::kFailedPrecondition;
    case v1::ERROR_CODE_LIMIT_EXCEEDED:
      return absl::StatusCode::kResourceExhausted;
    case v1::ERROR_CODE_UNAVAILABLE:
      return absl::StatusCode::kUnavailable;
    case v1::ERROR_CODE_VERIFICATION_FAILED:
    case v1::ERROR_CODE_DATA_LOSS:
      return absl::StatusCode::kDataLoss;
    case v1::ERROR_CODE_DEADLINE_EXCEEDED:
      return absl::StatusCode::kDeadlineExceeded;
    default:
      return absl::StatusCode::kInternal;
  }
}

v1::ErrorCode ClosestCode(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return v1::ERROR_CODE_MALFORMED;
    case absl::StatusCode::kPermissionDenied:
      return v1::ERROR_CODE_PERMISSION_DENIED;
    case absl::StatusCode::kUnauthenticated:
      return v1::ERROR_CODE_UNAUTHENTICATED;
    case absl::StatusCode::kNotFound:
      return v1::ERROR_CODE_NOT_FOUND;
    case absl::StatusCode::kAlreadyExists:
      return v1::ERROR_CODE_ALREADY_EXISTS;
    case absl::StatusCode::kFailedPrecondition:
      return v1::ERROR_CODE_PREREQUISITE_MISSING;
    case absl::StatusCode::kResourceExhausted:
      return v1::ERROR_CODE_LIMIT_EXCEEDED;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kCancelled:
      return v1::ERROR_CODE_UNAVAILABLE;
    case absl::StatusCode::kDataLoss:
      return v1::ERROR_CODE_DATA_LOSS;
    case absl::StatusCode::kDeadlineExceeded:
      return v1::ERROR_CODE_DEADLINE_EXCEEDED;
    default:
      return v1::ERROR_CODE_INTERNAL;
  }
}

}  // namespace

absl::Status MakeError(v1::ErrorCode code, ErrorParts parts) {
  v1::Error error;
  error.set_code(code);
  error.set_message(std::move(parts.message));
  error.set_field(std::move(parts.field));
  error.set_expected(std::move(parts.expected));
  return MakeError(std::move(error));
}

absl::Status MakeError(v1::Error error) {
  for (std::string* part :
       {error.mutable_message(), error.mutable_field(), error.mutable_expected()}) {
    // A file's name may be any bytes; a message of protobuf's may not.
    if (text::FirstByteNotUtf8(*part)) *part = text::ShownText(*part);
  }
  absl::Status status(CanonicalCode(error.code()), error.message());
  status.SetPayload(kPayloadUrl, absl::Cord(error.SerializeAsString()));
  return status;
}

v1::Error ErrorOf(const absl::Status& status) {
  v1::Error error;
  if (auto payload = status.GetPayload(kPayloadUrl);
      payload.has_value() && error.ParseFromString(std::string(*payload))) {
    return error;
  }
  error.Clear();
  error.set_code(ClosestCode(status.code()));
  error.set_message(std::string(status.message()));
  return error;
}

std::string ErrorName(v1::ErrorCode code) {
  constexpr std::string_view kPrefix = "ERROR_CODE_";
  std::string name = v1::ErrorCode_Name(code);
  if (name.compare(0, kPrefix.size(), kPrefix) == 0) name.erase(0, kPrefix.size());
  return name.empty() ? std::to_string(static_cast<int>(code)) : name;
}

std::string ErrorText(const v1::Error& error) {
  std::string text = ErrorName(error.code()) + ": ";
  if (!error.field().empty()) text += error.field() + ": ";
  text += error.message();
  if (!error.expected().empty()) text += " (expected " + error.expected() + ")";
  return text;
}

}  // namespace liggare
