// The commands of `liggare`. Each function adds one subcommand to the command
// line; when it is the one chosen, its work is given to the shell.
#ifndef CLIENTS_CLI_COMMANDS_COMMANDS_H_
#define CLIENTS_CLI_COMMANDS_COMMANDS_H_

#include <CLI/CLI.hpp>
#include <memory>

#include "clients/cli/shell/shell.h"

namespace liggare::cli {

void AddNode(CLI::App& app, Shell& shell);
void AddNodeInit(CLI::App& node, Shell& shell);  // These four are called by AddNode.
void AddNodeEnrol(CLI::App& node, Shell& shell);
void AddNodeRotateKey(CLI::App& node, Shell& shell);
void AddNodeRevokeKey(CLI::App& node, Shell& shell);
void AddNodeClose(CLI::App& node, Shell& shell);
void AddNewId(CLI::App& app, Shell& shell);
void AddRecord(CLI::App& app, Shell& shell);
void AddAwait(CLI::App& app, Shell& shell);
void AddRead(CLI::App& app, Shell& shell);
void AddState(CLI::App& app, Shell& shell);
void AddHistory(CLI::App& app, Shell& shell);
void AddDigest(CLI::App& app, Shell& shell);
void AddSubjects(CLI::App& app, Shell& shell);
void AddTable(CLI::App& app, Shell& shell);
void AddFindings(CLI::App& app, Shell& shell);
void AddMissing(CLI::App& app, Shell& shell);
void AddBrister(CLI::App& app, Shell& shell);
void AddExamples(CLI::App& app, Shell& shell);
void AddStatus(CLI::App& app, Shell& shell);
void AddReceipt(CLI::App& app, Shell& shell);
void AddCheckpoint(CLI::App& app, Shell& shell);
void AddVerify(CLI::App& app, Shell& shell);
void AddExportTiles(CLI::App& app, Shell& shell);
void AddFsck(CLI::App& app, Shell& shell);
void AddBackup(CLI::App& app, Shell& shell);
void AddRestore(CLI::App& app, Shell& shell);

// When `command` is the one on the command line, its work is run(shell, *arguments).
template <class Arguments>
void OnChosen(CLI::App& command, Shell& shell, std::shared_ptr<Arguments> arguments,
              absl::StatusOr<ExitCode> (*run)(Shell&, const Arguments&)) {
  command.callback([&shell, arguments, run] {
    shell.Choose([&shell, arguments, run] { return run(shell, *arguments); });
  });
}

// The whole command line: global options and every command.
std::unique_ptr<CLI::App> MakeCommandLine(Shell& shell);

// Parses and runs. The exit code of the process.
int RunCommandLine(int argc, const char* const* argv, Shell& shell);

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_COMMANDS_COMMANDS_H_
