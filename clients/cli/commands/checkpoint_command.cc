#include <memory>
#include <ostream>

#include "clients/cli/commands/commands.h"
#include "clients/cli/shell/file_text.h"
#include "eventstore/merkle/hash.h"
#include "eventstore/note/checkpoint.h"
#include "eventstore/note/note.h"
#include "nlohmann/json.hpp"
#include "proto/error/error.h"
#include "proto/text/hex.h"

namespace liggare::cli {
namespace {

constexpr char kFormat[] = "liggare.checkpoint/1";

struct Arguments {
  std::string log;
  std::string file;
};

// Only what is one is printed: a note has lines of its own.
absl::StatusOr<note::Checkpoint> Parse(const std::string& bytes) {
  const auto note = note::ParseNote(bytes);
  auto checkpoint = note.ok() ? note::ParseCheckpoint(note->text)
                              : absl::StatusOr<note::Checkpoint>(note.status());
  if (checkpoint.ok()) return checkpoint;
  return MakeError(v1::ERROR_CODE_MALFORMED, {"the server's answer is no checkpoint: " +
                                                  std::string(checkpoint.status().message()),
                                              "", "a C2SP signed note"});
}

std::string CheckpointJson(const note::Checkpoint& checkpoint, const std::string& note) {
  const nlohmann::ordered_json json = {{"format", kFormat},
                                       {"origin", checkpoint.origin},
                                       {"size", checkpoint.size},
                                       {"root", text::Hex(merkle::HashBytes(checkpoint.root))},
                                       {"note", note}};
  return json.dump(2) + "\n";
}

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  auto connection = shell.Connect();
  if (!connection.ok()) return connection.status();
  v1::GetCheckpointRequest request;
  request.set_node((*connection)->node());
  request.set_log(arguments.log);
  auto response =
      (*connection)->Call((*connection)->audits(), &v1::AuditService::Stub::GetCheckpoint, request);
  if (!response.ok()) return response.status();
  auto checkpoint = Parse(response->checkpoint());
  if (!checkpoint.ok()) return checkpoint.status();
  if (arguments.file.empty()) {
    shell.out() << (shell.options().json ? CheckpointJson(*checkpoint, response->checkpoint())
                                         : response->checkpoint());
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
