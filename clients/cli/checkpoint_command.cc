#include <memory>
#include <ostream>

#include "clients/cli/commands.h"
#include "clients/cli/file_text.h"

namespace liggare::cli {
namespace {

struct Arguments {
  std::string log;
  std::string file;
};

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  auto connection = shell.Connect();
  if (!connection.ok()) return connection.status();
  v1::GetCheckpointRequest request;
  request.set_node((*connection)->node());
  request.set_log(arguments.log);
  auto response =
      (*connection)->Call((*connection)->audits(), &v1::AuditService::Stub::GetCheckpoint, request);
  if (!response.ok()) return response.status();
  if (arguments.file.empty()) {
    shell.out() << response->checkpoint();
    return kDone;
  }
  if (auto status = WriteFile(arguments.file, response->checkpoint()); !status.ok()) return status;
  if (!shell.options().json) {
    shell.out() << "Kontrollpunkt skriven till " << arguments.file << "\n";
  }
  return kDone;
}

}  // namespace

void AddCheckpoint(CLI::App& app, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "checkpoint",
      "The newest signed checkpoint of a log, to compare elsewhere: `verify --live --seen FILE`");
  command->add_option("--log", arguments->log, "Such as se@1; the node's own if not given");
  command->add_option("-o,--out", arguments->file, "The file; standard output if not given");
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
