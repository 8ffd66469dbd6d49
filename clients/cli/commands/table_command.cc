#include <memory>
#include <ostream>

#include "clients/cli/commands/commands.h"
#include "clients/cli/commands/table_export.h"
#include "clients/cli/shell/moment_option.h"
#include "proto/error/error.h"
#include "services/presentation/report_outline.h"
#include "services/presentation/table_form.h"

namespace liggare::cli {
namespace {

struct Arguments {
  std::string table;
  bool all = false;
  int year = 0;
  int from = 0;
  int to = 0;
  std::string scope;
  std::string explain;  // ROW,COLUMN
  bool publishable = false;
  ExportOptions output;
  MomentArguments moment;
};

// What both questions have in common.
template <class Request>
Request Question(const Arguments& arguments, const std::string& table, int year,
                 const client::Connection& connection) {
  Request request;
  request.set_node(connection.node());
  request.set_table(table);
  request.set_year(year);
  request.set_scope(arguments.scope);
  request.set_publishable(arguments.publishable);
  SetMoment(arguments.moment, request);
  return request;
}

absl::StatusOr<ExitCode> Explain(Shell& shell, const Arguments& arguments) {
  auto connection = shell.Connect();
  if (!connection.ok()) return connection.status();
  const size_t comma = arguments.explain.find(',');
  auto request =
      Question<v1::ExplainCellRequest>(arguments, arguments.table, arguments.year, **connection);
  request.set_row(arguments.explain.substr(0, comma));
  request.set_column(comma == std::string::npos ? "" : arguments.explain.substr(comma + 1));
  auto explained =
      (*connection)
          ->CallPaged((*connection)->queries(), &v1::QueryService::Stub::ExplainCell, request);
  if (!explained.ok()) return explained.status();
  const presentation::ExplainedCell answer{request.row(), request.column(), *std::move(explained)};
  shell.out() << (arguments.output.format == "json" ? presentation::ExplainedJson(answer)
                                                    : presentation::ExplainedText(answer));
  return kDone;
}

absl::StatusOr<v1::GetTableResponse> Ask(Shell& shell, const Arguments& arguments,
                                         const std::string& table, int year) {
  auto connection = shell.Connect();
  if (!connection.ok()) return connection.status();
  auto request = Question<v1::GetTableRequest>(arguments, table, year, **connection);
  request.set_from_year(arguments.from);
  return (*connection)
      ->CallPaged((*connection)->queries(), &v1::QueryService::Stub::GetTable, request);
}

absl::StatusOr<ExitCode> One(Shell& shell, const Arguments& arguments) {
  auto table = Ask(shell, arguments, arguments.table, arguments.year);
  if (!table.ok()) return table.status();
  const presentation::AnsweredTable answer{arguments.year, arguments.scope, *std::move(table),
                                           arguments.from != 0};
  if (absl::Status status = ExportTable(arguments.output, answer, shell); !status.ok()) {
    return status;
  }
  return kDone;
}

// Every table of the year, and those of the year before that headings compare with.
absl::Status AskAll(Shell& shell, const Arguments& arguments, presentation::TablesById& tables,
                    presentation::TablesById& before) {
  for (const presentation::OutlineEntry& entry : presentation::ReportOutline()) {
    const std::string id(entry.table);
    auto table = Ask(shell, arguments, id, arguments.year);
    if (!table.ok()) return table.status();
    tables[id] = *std::move(table);
    if (!entry.needs_year_before) continue;
    // The first bidragsår has none before it: then headings are neutral.
    auto of_year_before = Ask(shell, arguments, id, arguments.year - 1);
    if (of_year_before.ok()) before[id] = *std::move(of_year_before);
  }
  return absl::OkStatus();
}

absl::StatusOr<ExitCode> All(Shell& shell, const Arguments& arguments) {
  presentation::TablesById tables;
  presentation::TablesById before;
  if (absl::Status status = AskAll(shell, arguments, tables, before); !status.ok()) return status;
  std::vector<ReportTable> report;
  std::string_view heading;
  for (const presentation::OutlineEntry& entry : presentation::ReportOutline()) {
    v1::GetTableResponse& table = tables[std::string(entry.table)];
    const bool is_new = entry.heading != heading;
    heading = entry.heading;
    report.push_back({entry,
                      is_new ? presentation::HeadingOf(entry, tables, before) : "",
                      {arguments.year, arguments.scope, table}});
    report.back().answer.table.set_title(presentation::CaptionOf(entry, table));
  }
  absl::Status status = ExportReport(arguments.output, report, shell);
  if (!status.ok()) return status;
  return kDone;
}

absl::Status Wrong(std::string message, std::string field, std::string expected) {
  return MakeError(
      v1::ERROR_CODE_CONFIGURATION,
      {.message = std::move(message), .field = std::move(field), .expected = std::move(expected)});
}

// What the command line can't say by itself.
absl::Status Check(const Arguments& arguments) {
  if (arguments.all != arguments.table.empty()) {
    return Wrong("one table or all of them", "id", "a table's id, or --all");
  }
  if (arguments.all && (arguments.from != 0 || !arguments.explain.empty())) {
    return Wrong("--all is the tables of one year", "all", "--all --year YEAR");
  }
  if (arguments.year == 0 && arguments.to == 0) {
    return Wrong("no year", "year", "--year YEAR, or --from YEAR --to YEAR");
  }
  return absl::OkStatus();
}

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& given) {
  if (absl::Status status = Check(given); !status.ok()) return status;
  Arguments arguments = given;
  if (arguments.to != 0) arguments.year = arguments.to;
  if (arguments.output.format.empty()) {
    arguments.output.format = shell.options().json ? "json" : "text";
  }
  if (!arguments.explain.empty()) return Explain(shell, arguments);
  return arguments.all ? All(shell, arguments) : One(shell, arguments);
}

void AddOutputOptions(CLI::App& command, ExportOptions& output) {
  command.add_option("--format", output.format, "text, json, csv, xlsx or json-stat2")
      ->check(CLI::IsMember({"text", "json", "csv", "xlsx", "json-stat2"}));
  command.add_option("--output", output.output,
                     "File to write; with --all and csv a folder (default: the screen)");
  command.add_flag("--bom", output.with_byte_order_mark,
                   "Begin CSV with a byte order mark, for Excel");
}

}  // namespace

void AddTable(CLI::App& app, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("table", "A table of the lägesrapport, computed, beside the published");
  command->add_option("id", arguments->table,
                      "kommuner, klienter, budget, …: an unknown one lists them");
  command->add_flag("--all", arguments->all,
                    "Every table, in the order and under the headings of the lägesrapport");
  CLI::Option* year = command->add_option("--year", arguments->year, "The bidragsår");
  CLI::Option* from = command->add_option(
      "--from", arguments->from, "First year of a time series: kommuner, ombud, klienter, barn");
  CLI::Option* to = command->add_option("--to", arguments->to, "Its last year");
  from->needs(to);
  to->needs(from);
  year->excludes(from);
  command->add_option("--scope", arguments->scope, "Path whose subtree counts (default: the node)");
  command->add_option("--explain", arguments->explain,
                      "ROW,COLUMN: the fields and events that this cell is computed from");
  command->add_flag("--publishable", arguments->publishable,
                    "Without small counts of persons, and what they can be computed from");
  AddOutputOptions(*command, arguments->output);
  AddMomentOptions(*command, arguments->moment);
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
