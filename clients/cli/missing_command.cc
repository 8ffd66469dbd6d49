#include <memory>
#include <ostream>

#include "clients/cli/commands.h"
#include "clients/cli/event_ref_json.h"
#include "clients/cli/text_table.h"

namespace liggare::cli {
namespace {

constexpr char kFormat[] = "liggare.missing/1";

struct Arguments {
  int year = 0;
  std::string scope;
};

Json MissingJson(const Arguments& arguments, const v1::ListMissingResponse& response) {
  Json missing = Json::array();
  for (const v1::MissingReport& report : response.missing()) {
    missing.push_back(
        {{"path", report.path()}, {"namn", report.namn()}, {"due_on", report.due_on()}});
  }
  return {{"format", kFormat},
          {"year", arguments.year},
          {"expected_count", response.expected_count()},
          {"missing", std::move(missing)}};
}

std::string MissingText(const Arguments& arguments, const v1::ListMissingResponse& response) {
  std::string text = "Ej redovisat för " + std::to_string(arguments.year) + ": " +
                     std::to_string(response.missing_size()) + " av " +
                     std::to_string(response.expected_count()) + " verksamheter\n";
  if (response.missing().empty()) return text;
  TextTable table({Align::kLeft, Align::kLeft, Align::kLeft});
  table.AddRow({"Verksamhet", "Namn", "Sista dag"});
  table.AddRule();
  for (const v1::MissingReport& report : response.missing()) {
    table.AddRow({report.path(), report.namn(), report.due_on()});
  }
  return text + "\n" + table.Text();
}

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  auto connection = shell.Connect();
  if (!connection.ok()) return connection.status();
  v1::ListMissingRequest request;
  request.set_node((*connection)->node());
  request.set_year(arguments.year);
  request.set_scope(arguments.scope);
  auto missing =
      (*connection)->Call((*connection)->queries(), &v1::QueryService::Stub::ListMissing, request);
  if (!missing.ok()) return missing.status();
  shell.out() << (shell.options().json ? MissingJson(arguments, *missing).dump(2) + "\n"
                                       : MissingText(arguments, *missing));
  return kDone;
}

}  // namespace

void AddMissing(CLI::App& app, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("missing", "Which verksamheter have not reported");
  command->add_option("--year", arguments->year, "The bidragsår")->required();
  command->add_option("--scope", arguments->scope, "Path whose subtree counts (default: the node)");
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
