#include <memory>
#include <ostream>

#include "clients/cli/commands/commands.h"
#include "clients/cli/shell/moment_option.h"
#include "services/presentation/brist_form.h"

namespace liggare::cli {
namespace {

struct Arguments {
  int year = 0;
  std::string scope;
  std::string on;
  bool open_only = false;
  MomentArguments moment;
};

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  auto connection = shell.Connect();
  if (!connection.ok()) return connection.status();
  v1::ListBristerRequest request;
  request.set_node((*connection)->node());
  request.set_year(arguments.year);
  request.set_scope(arguments.scope);
  request.set_on(arguments.on);
  request.set_open_only(arguments.open_only);
  SetMoment(arguments.moment, request);
  auto answer =
      (*connection)
          ->CallPaged((*connection)->queries(), &v1::QueryService::Stub::ListBrister, request);
  if (!answer.ok()) return answer.status();
  shell.out() << (shell.options().json ? presentation::BristerJson(*answer).dump(2) + "\n"
                                       : presentation::BristerText(*answer));
  return kDone;
}

}  // namespace

void AddBrister(CLI::App& app, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("brister", "The register of systembrister, with its återkoppling");
  command->add_option("--year", arguments->year, "The year of observation (default: any)");
  command->add_option("--scope", arguments->scope, "Path whose subtree counts (default: the node)");
  command->add_option("--on", arguments->on, "The day to judge as of, YYYY-MM-DD (default: today)");
  command->add_flag("--open", arguments->open_only, "Only with återkoppling that is still to come");
  AddMomentOptions(*command, arguments->moment);
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
