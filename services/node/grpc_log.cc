#include "services/node/grpc_log.h"

#include <grpc/support/log.h>
#include <spdlog/spdlog.h>

#include <string_view>

namespace liggare::node {
namespace {

spdlog::level::level_enum LevelOf(gpr_log_severity severity) {
  switch (severity) {
    case GPR_LOG_SEVERITY_ERROR:
      return spdlog::level::err;
    case GPR_LOG_SEVERITY_INFO:
      return spdlog::level::info;
    default:
      return spdlog::level::debug;
  }
}

// gRPC's server calls it an error that a client asks for an address that is no
// name in its certificate. Here none ever is: the URI SAN is what is checked.
bool IsExpected(std::string_view message) {
  return message.find("No match found for server name") != std::string_view::npos;
}

void Log(gpr_log_func_args* args) {
  if (!IsExpected(args->message)) spdlog::log(LevelOf(args->severity), "grpc: {}", args->message);
}

}  // namespace

void RouteGrpcLog() { gpr_set_log_function(Log); }

}  // namespace liggare::node
