#include "clients/cpp/call_status.h"

#include <string>

#include "liggare/v1/error.pb.h"
#include "proto/error/error.h"

namespace liggare::client {
namespace {

// A server without memory resets calls, and gRPC gives that the same code as a
// message that is too large, which only the text tells from it.
bool ServerLacksMemory(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED &&
         status.error_message().find("RST_STREAM") != std::string::npos;
}

v1::ErrorCode CodeOfTransport(const grpc::Status& status) {
  if (ServerLacksMemory(status)) return v1::ERROR_CODE_UNAVAILABLE;
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::CANCELLED:
    case grpc::StatusCode::ABORTED:
      return v1::ERROR_CODE_UNAVAILABLE;
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return v1::ERROR_CODE_DEADLINE_EXCEEDED;
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return v1::ERROR_CODE_LIMIT_EXCEEDED;
    case grpc::StatusCode::UNAUTHENTICATED:
      return v1::ERROR_CODE_UNAUTHENTICATED;
    case grpc::StatusCode::PERMISSION_DENIED:
      return v1::ERROR_CODE_PERMISSION_DENIED;
    case grpc::StatusCode::NOT_FOUND:
      return v1::ERROR_CODE_NOT_FOUND;
    case grpc::StatusCode::INVALID_ARGUMENT:
      return v1::ERROR_CODE_MALFORMED;
    case grpc::StatusCode::DATA_LOSS:
      return v1::ERROR_CODE_DATA_LOSS;
    default:
      return v1::ERROR_CODE_INTERNAL;
  }
}

std::string TransportMessage(const grpc::Status& status, std::string_view server) {
  const std::string at(server);
  if (ServerLacksMemory(status)) return "the server " + at + " has no memory left for this call";
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
      return "the server " + at + " cannot be reached: " + status.error_message();
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return "the server " + at + " did not answer in time";
    case grpc::StatusCode::UNIMPLEMENTED:
      return "the server " + at + " does not offer this call";
    default:
      return "the server " + at + " says: " + status.error_message();
  }
}

}  // namespace

absl::Status StatusOfCall(const grpc::Status& status, std::string_view server) {
  if (status.ok()) return absl::OkStatus();
  v1::Error error;
  if (!status.error_details().empty() && error.ParseFromString(status.error_details()) &&
      error.code() != v1::ERROR_CODE_UNSPECIFIED) {
    return MakeError(std::move(error));
  }
  return MakeError(CodeOfTransport(status), {.message = TransportMessage(status, server)});
}

}  // namespace liggare::client
