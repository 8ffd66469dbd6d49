// The passage between the project's errors and gRPC's. A failed call ends with a
// grpc::Status whose error_details is the serialised v1::Error, so that a client
// sees the field and what would be right.
#ifndef SERVICES_RPC_CALL_STATUS_H_
#define SERVICES_RPC_CALL_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace liggare::rpc {

// OK for OK; otherwise the canonical code, the message and the Error.
grpc::Status ToGrpcStatus(const absl::Status& status);

// The other way. A status without an Error in its details (one that gRPC itself
// made: no connection, cancelled, message too large) keeps its code and message.
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace liggare::rpc

#endif  // SERVICES_RPC_CALL_STATUS_H_
