#include <memory>
#include <ostream>

#include "clients/cli/commands/commands.h"
#include "clients/cli/shell/moment_option.h"
#include "services/presentation/duty_form.h"

namespace liggare::cli {
namespace {

struct Arguments {
  int year = 0;
  std::string scope;
  std::string on;
  bool reminders = false;
  bool with_all = false;
  MomentArguments moment;
};

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  auto connection = shell.Connect();
  if (!connection.ok()) return connection.status();
  v1::ListDutiesRequest request;
  request.set_node((*connection)->node());
  request.set_year(arguments.year);
  request.set_scope(arguments.scope);
  request.set_on(arguments.on);
  SetMoment(arguments.moment, request);
  auto answer =
      (*connection)
          ->CallPaged((*connection)->queries(), &v1::QueryService::Stub::ListDuties, request);
  if (!answer.ok()) return answer.status();
  const presentation::AnsweredDuties duties{arguments.year, arguments.with_all, *std::move(answer)};
  if (shell.options().json) {
    shell.out() << (arguments.reminders ? presentation::RemindersJson(duties)
                                        : presentation::DutiesJson(duties))
                       .dump(2)
                << "\n";
  } else {
    shell.out() << (arguments.reminders ? presentation::RemindersText(duties)
                                        : presentation::DutiesText(duties));
  }
  return kDone;
}

}  // namespace

void AddMissing(CLI::App& app, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("missing", "What came late, and what has not come");
  command->add_option("--year", arguments->year, "The bidragsår")->required();
  command->add_option("--scope", arguments->scope, "Path whose subtree counts (default: the node)");
  command->add_option("--on", arguments->on, "The day to judge as of, YYYY-MM-DD (default: today)");
  CLI::Option* reminders = command->add_flag("--reminders", arguments->reminders,
                                             "Whom to remind of what, the oldest first");
  command->add_flag("--all", arguments->with_all, "Also what came in time and what is awaited")
      ->excludes(reminders);
  AddMomentOptions(*command, arguments->moment);
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
