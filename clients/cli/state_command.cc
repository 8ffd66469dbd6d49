#include <memory>
#include <ostream>

#include "clients/cli/commands.h"
#include "clients/cli/moment_option.h"
#include "clients/cli/state_form.h"

namespace liggare::cli {
namespace {

struct Arguments {
  std::string subject;
  MomentArguments moment;
};

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  auto connection = shell.Connect();
  if (!connection.ok()) return connection.status();
  v1::GetStateRequest request;
  request.set_node((*connection)->node());
  request.set_subject(arguments.subject);
  SetMoment(arguments.moment, request);
  auto response =
      (*connection)->Call((*connection)->queries(), &v1::QueryService::Stub::GetState, request);
  if (!response.ok()) return response.status();
  const AnsweredState answer{(*connection)->node(),
                             request.moment(),
                             response->state(),
                             {response->texts().begin(), response->texts().end()}};
  shell.out() << (shell.options().json ? StateJson(answer) : StateText(answer));
  return kDone;
}

}  // namespace

void AddState(CLI::App& app, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("state", "The state of one subject, now or as known then");
  command->add_option("subject", arguments->subject, "Such as rapport/2024/se/17/varmland")
      ->required();
  AddMomentOptions(*command, arguments->moment);
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
