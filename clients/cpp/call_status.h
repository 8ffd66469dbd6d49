// What a failed call says, in the project's vocabulary of errors: the one place
// where the client reads grpc::Status.
#ifndef CLIENTS_CPP_CALL_STATUS_H_
#define CLIENTS_CPP_CALL_STATUS_H_

#include <string_view>

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace liggare::client {

// The status that a call ended with. A server of ours puts a serialised v1::Error
// in the details, which becomes the status's error (proto/error/error.h). What
// gRPC itself says (no connection, deadline, cancelled) becomes an error that
// names `server`.
absl::Status StatusOfCall(const grpc::Status& status, std::string_view server);

}  // namespace liggare::client

#endif  // CLIENTS_CPP_CALL_STATUS_H_
