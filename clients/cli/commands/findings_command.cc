#include <algorithm>
#include <memory>
#include <ostream>

#include "clients/cli/commands/commands.h"
#include "clients/cli/shell/moment_option.h"
#include "services/presentation/event_ref_json.h"
#include "services/presentation/shown_message.h"

namespace liggare::cli {
namespace {

constexpr char kFormat[] = "liggare.findings/1";

struct Arguments {
  int year = 0;
  std::string scope;
  MomentArguments moment;
};

const char* SeverityText(const v1::Finding& finding) {
  return finding.severity() == v1::FINDING_SEVERITY_WARNING ? "varning" : "fel";
}

const char* StatusText(const v1::Finding& finding) {
  switch (finding.status()) {
    case v1::FINDING_STATUS_EXPLAINED:
      return "förklarad";
    case v1::FINDING_STATUS_CORRECTED:
      return "rättad";
    default:
      return "öppen";
  }
}

void AddEvent(const char* name, bool is_there, const v1::EventRef& event,
              presentation::Json& finding) {
  if (is_there) finding[name] = presentation::EventRefJson(event);
}

presentation::Json FindingsJson(const Arguments& arguments,
                                const v1::ListFindingsResponse& response) {
  presentation::Json findings = presentation::Json::array();
  for (const v1::Finding& finding : response.findings()) {
    findings.push_back(
        {{"code", finding.code()},
         {"subject", finding.subject()},
         {"fields", std::vector<std::string>(finding.fields().begin(), finding.fields().end())},
         {"stated", finding.stated()},
         {"computed", finding.computed()},
         {"sentence", finding.sentence()},
         {"id", finding.id()},
         {"severity", SeverityText(finding)},
         {"status", StatusText(finding)}});
    AddEvent("opened_by", finding.has_opened_by(), finding.opened_by(), findings.back());
    AddEvent("explained_by", finding.has_explained_by(), finding.explained_by(), findings.back());
    AddEvent("corrected_by", finding.has_corrected_by(), finding.corrected_by(), findings.back());
  }
  return {{"format", kFormat}, {"year", arguments.year}, {"findings", std::move(findings)}};
}

std::string FindingsText(const v1::ListFindingsResponse& given) {
  const v1::ListFindingsResponse response = presentation::Shown(given);
  if (response.findings().empty()) return "Inga anmärkningar.\n";
  const auto corrected = std::count_if(
      response.findings().begin(), response.findings().end(),
      [](const v1::Finding& finding) { return finding.status() == v1::FINDING_STATUS_CORRECTED; });
  std::string text =
      "Kontroller som inte går ihop: " + std::to_string(response.findings_size() - corrected) +
      (corrected > 0 ? ", rättade: " + std::to_string(corrected) : "") + "\n";
  for (const v1::Finding& finding : response.findings()) {
    const bool is_open = finding.status() == v1::FINDING_STATUS_OPEN;
    text += "\n" + finding.subject() + "  " + finding.code() + "  " + finding.id() +
            (is_open ? "" : std::string("  (") + StatusText(finding) + ")") + "\n  " +
            finding.sentence() + "\n";
  }
  return text;
}

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  auto connection = shell.Connect();
  if (!connection.ok()) return connection.status();
  v1::ListFindingsRequest request;
  request.set_node((*connection)->node());
  request.set_year(arguments.year);
  request.set_scope(arguments.scope);
  SetMoment(arguments.moment, request);
  auto findings =
      (*connection)
          ->CallPaged((*connection)->queries(), &v1::QueryService::Stub::ListFindings, request);
  if (!findings.ok()) return findings.status();
  shell.out() << (shell.options().json ? FindingsJson(arguments, *findings).dump(2) + "\n"
                                       : FindingsText(*findings));
  return kDone;
}

}  // namespace

void AddFindings(CLI::App& app, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("findings", "What does not add up");
  command->add_option("--year", arguments->year, "The bidragsår")->required();
  command->add_option("--scope", arguments->scope, "Path whose subtree counts (default: the node)");
  AddMomentOptions(*command, arguments->moment);
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
