#include "services/rpc/call/status.h"

#include <utility>

#include "proto/error/error.h"

namespace liggare::rpc {
namespace {

// gRPC sends the details in trailing metadata, of which a client accepts 8 KiB
// by default. A longer error would arrive as RESOURCE_EXHAUSTED, saying nothing.
constexpr size_t kTextBytesMax = 1024;

void Shorten(std::string& text) {
  if (text.size() <= kTextBytesMax) return;
  size_t end = kTextBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // UTF-8 tail.
  text.resize(end);
  text += "...";
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  v1::Error error = ErrorOf(status);
  Shorten(*error.mutable_message());
  Shorten(*error.mutable_field());
  Shorten(*error.mutable_expected());
  // The codes of absl and gRPC have the same numbers.
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), error.message(),
                      error.SerializeAsString());
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  v1::Error error;
  if (!status.error_details().empty() && error.ParseFromString(status.error_details()) &&
      error.code() != v1::ERROR_CODE_UNSPECIFIED) {
    return MakeError(std::move(error));
  }
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

}  // namespace liggare::rpc
