#include <memory>
#include <ostream>

#include "clients/cli/commands/commands.h"
#include "clients/cli/shell/moment_option.h"
#include "services/presentation/brist_form.h"

namespace liggare::cli {
namespace {

struct Arguments {
  std::string scope;
  MomentArguments moment;
};

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  auto connection = shell.Connect();
  if (!connection.ok()) return connection.status();
  v1::ListExamplesRequest request;
  request.set_node((*connection)->node());
  request.set_scope(arguments.scope);
  SetMoment(arguments.moment, request);
  auto answer =
      (*connection)
          ->CallPaged((*connection)->queries(), &v1::QueryService::Stub::ListExamples, request);
  if (!answer.ok()) return answer.status();
  shell.out() << (shell.options().json ? presentation::ExamplesJson(*answer).dump(2) + "\n"
                                       : presentation::ExamplesText(*answer));
  return kDone;
}

}  // namespace

void AddExamples(CLI::App& app, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("examples", "The good examples that were shared");
  command->add_option("--scope", arguments->scope, "Path whose subtree counts (default: the node)");
  AddMomentOptions(*command, arguments->moment);
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
