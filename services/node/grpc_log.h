// gRPC's own log, led into ours.
#ifndef SERVICES_NODE_GRPC_LOG_H_
#define SERVICES_NODE_GRPC_LOG_H_

namespace liggare::node {

// From here on what gRPC logs goes to spdlog's default logger, at its severity.
// Once, before gRPC is used.
void RouteGrpcLog();

}  // namespace liggare::node

#endif  // SERVICES_NODE_GRPC_LOG_H_
