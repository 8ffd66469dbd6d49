#include <algorithm>
#include <chrono>
#include <memory>
#include <ostream>
#include <vector>

#include "clients/cli/commands/commands.h"
#include "clients/cli/shell/file_text.h"
#include "clients/cli/shell/frontier_file.h"
#include "proto/error/error.h"

namespace liggare::cli {
namespace {

using std::chrono::milliseconds;

constexpr double kTimeoutSeconds = 60;

struct Arguments {
  std::vector<std::string> files;
  double timeout_s = kTimeoutSeconds;
};

// A server that goes away in between, to be restarted say, is waited for as well.
absl::Status Await(client::Connection& connection, const v1::AwaitFrontierRequest& request,
                   milliseconds timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    const auto left = std::chrono::duration_cast<milliseconds>(
        std::max(end - std::chrono::steady_clock::now(), std::chrono::steady_clock::duration(0)));
    auto response = connection.Call(connection.queries(), &v1::QueryService::Stub::AwaitFrontier,
                                    request, left);
    if (response.ok()) return absl::OkStatus();
    const bool away = ErrorOf(response.status()).code() == v1::ERROR_CODE_UNAVAILABLE;
    if (!away || !connection.WaitUntilConnected(left)) return response.status();
  }
}

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  Frontier frontier;
  for (const std::string& file : arguments.files) {
    auto text = ReadTextFile(file);
    if (!text.ok()) return text.status();
    if (auto status = AddFrontier(*text, frontier); !status.ok()) {
      v1::Error error = ErrorOf(status);
      error.set_message(file + ": " + error.message());
      return MakeError(std::move(error));
    }
  }
  auto connection = shell.Connect();
  if (!connection.ok()) return connection.status();
  v1::AwaitFrontierRequest request;
  request.set_node((*connection)->node());
  for (const auto& [log, next_index] : frontier) {
    v1::LogPosition& position = *request.add_positions();
    position.set_log(log);
    position.set_next_index(next_index);
  }
  const milliseconds timeout(static_cast<int64_t>(arguments.timeout_s * 1000));
  absl::Status status = Await(**connection, request, timeout);
  if (!status.ok()) return status;
  return kDone;
}

}  // namespace

void AddAwait(CLI::App& app, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("await", "Waits until the node holds what frontier files name");
  command->add_option("--frontier", arguments->files, "Files that `record --frontier-out` wrote")
      ->required();
  command->add_option("--timeout", arguments->timeout_s, "Seconds")->capture_default_str();
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
