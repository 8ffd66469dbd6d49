#include "services/node/grpc_log.h"

#include <grpc/support/log.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <string>
#include <string_view>

#include "proto/text/shown_text.h"
#include "services/node/line_limit.h"

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

int64_t SteadyMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Of each place in gRPC's source one line now and then: whoever connects decides how often
// some are written, such as of a connection that was closed for a fault of its peer.
void Log(gpr_log_func_args* args) {
  static LineLimit& limit = *new LineLimit();  // gRPC may log to the end of the process.
  if (IsExpected(args->message)) return;
  const auto others =
      limit.Take(std::string(args->file) + ":" + std::to_string(args->line), SteadyMs());
  if (!others) return;
  spdlog::log(LevelOf(args->severity), "grpc: {}{}", text::ShownText(args->message),
              OthersText(*others));
}

}  // namespace

void RouteGrpcLog() { gpr_set_log_function(Log); }

}  // namespace liggare::node
