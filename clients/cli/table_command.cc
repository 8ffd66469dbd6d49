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
  std::string explain;  // ROW,COLUMN
  MomentArguments moment;
};

absl::StatusOr<ExitCode> Explain(Shell& shell, const Arguments& arguments) {
  auto connection = shell.Connect();
  if (!connection.ok()) return connection.status();
  const size_t comma = arguments.explain.find(',');
  v1::ExplainCellRequest request;
  request.set_node((*connection)->node());
  request.set_table(arguments.table);
  request.set_year(arguments.year);
  request.set_scope(arguments.scope);
  SetMoment(arguments.moment, request);
  request.set_row(arguments.explain.substr(0, comma));
  request.set_column(comma == std::string::npos ? "" : arguments.explain.substr(comma + 1));
  auto explained =
      (*connection)->Call((*connection)->queries(), &v1::QueryService::Stub::ExplainCell, request);
  if (!explained.ok()) return explained.status();
  const ExplainedCell answer{request.row(), request.column(), *std::move(explained)};
  shell.out() << (shell.options().json ? ExplainedJson(answer) : ExplainedText(answer));
  return kDone;
}

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  if (!arguments.explain.empty()) return Explain(shell, arguments);
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
  command
      ->add_option("id", arguments->table,
                   "kommuner, klienter, budget, …: an unknown one lists them")
      ->required();
  command->add_option("--year", arguments->year, "The bidragsår")->required();
  command->add_option("--scope", arguments->scope, "Path whose subtree counts (default: the node)");
  command->add_option("--explain", arguments->explain,
                      "ROW,COLUMN: the fields and events that this cell is computed from");
  AddMomentOptions(*command, arguments->moment);
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
