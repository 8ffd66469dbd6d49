#include <memory>
#include <ostream>

#include "clients/cli/commands.h"
#include "clients/cli/moment_option.h"
#include "clients/cli/table_form.h"

namespace liggare::cli {
namespace {

struct Arguments {
  std::string table;
  int year = 0;
  std::string scope;
  MomentArguments moment;
};

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  auto connection = shell.Connect();
  if (!connection.ok()) return connection.status();
  v1::GetTableRequest request;
  request.set_node((*connection)->node());
  request.set_table(arguments.table);
  request.set_year(arguments.year);
  request.set_scope(arguments.scope);
  SetMoment(arguments.moment, request);
  auto table =
      (*connection)->Call((*connection)->queries(), &v1::QueryService::Stub::GetTable, request);
  if (!table.ok()) return table.status();
  const AnsweredTable answer{arguments.year, arguments.scope, *std::move(table)};
  shell.out() << (shell.options().json ? TableJson(answer) : TableText(answer));
  return kDone;
}

}  // namespace

void AddTable(CLI::App& app, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("table", "A table of the lägesrapport, computed, beside the published");
  command->add_option("id", arguments->table, "kommuner, klienter, barn or budget")->required();
  command->add_option("--year", arguments->year, "The bidragsår")->required();
  command->add_option("--scope", arguments->scope, "Path whose subtree counts (default: the node)");
  AddMomentOptions(*command, arguments->moment);
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
