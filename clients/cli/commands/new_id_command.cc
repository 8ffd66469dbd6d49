#include <memory>
#include <ostream>

#include "clients/cli/commands/commands.h"
#include "clients/cli/shell/random_id.h"

namespace liggare::cli {
namespace {

struct Arguments {
  int count = 1;
};

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  for (int i = 0; i < arguments.count; ++i) shell.out() << NewId() << "\n";
  return kDone;
}

}  // namespace

void AddNewId(CLI::App& app, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("new-id", "New ids for events (UUIDv7)");
  command->add_option("-n", arguments->count, "How many")->check(CLI::Range(1, 1'000'000));
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
