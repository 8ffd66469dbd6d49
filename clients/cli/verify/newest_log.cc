#include "clients/cli/verify/newest_log.h"

#include <cstdlib>

#include "proto/name/log_name.h"

namespace liggare::cli {

absl::StatusOr<std::optional<v1::LogState>> FindNewestLog(client::Connection& connection,
                                                          const std::string& path,
                                                          const std::string& log) {
  v1::GetStatusRequest request;
  request.set_node(connection.node());
  auto status =
      connection.CallPaged(connection.admin(), &v1::AdminService::Stub::GetStatus, request);
  if (!status.ok()) return status.status();
  const auto epoch_of = [](const std::string& name) {
    return std::strtoul(name.c_str() + name.rfind('@') + 1, nullptr, 10);
  };
  std::optional<v1::LogState> newest;
  for (const v1::NodeStatus& node : status->nodes()) {
    for (const v1::HeldLog& held : node.logs()) {
      const v1::LogState& state = held.state();
      const auto its_path = name::NodeOfLog(state.log());
      if (!its_path.ok() || *its_path != path) continue;
      if (!log.empty() && state.log() != log) continue;
      if (!newest || epoch_of(newest->log()) < epoch_of(state.log())) newest = state;
    }
  }
  return newest;
}

}  // namespace liggare::cli
