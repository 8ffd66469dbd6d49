#include <memory>
#include <ostream>

#include "clients/cli/commands.h"
#include "clients/cli/event_ref_json.h"
#include "clients/cli/progress_bar.h"
#include "clients/cli/swedish_text.h"
#include "eventstore/log/fsck.h"

namespace liggare::cli {
namespace {

constexpr char kFormat[] = "liggare.fsck/1";

struct Arguments {
  std::string directory;
};

Json FindingJson(const log::FsckFinding& finding) {
  Json json = {{"family", finding.family}};
  if (!finding.log.empty()) json["log"] = finding.log;
  if (finding.index) json["index"] = *finding.index;
  if (!finding.subject.empty()) json["subject"] = finding.subject;
  if (!finding.event_id.empty()) json["event_id"] = finding.event_id;
  json["message"] = finding.message;
  return json;
}

std::string ReportJson(const log::FsckReport& report) {
  Json json = {{"format", kFormat},
               {"ok", report.ok()},
               {"path", report.path},
               {"trust_domain", report.trust_domain},
               {"logs", report.logs},
               {"entries", report.entries},
               {"findings_count", report.findings_count},
               {"findings", Json::array()}};
  for (const log::FsckFinding& finding : report.findings) {
    json["findings"].push_back(FindingJson(finding));
  }
  return json.dump(2) + "\n";
}

std::string Count(uint64_t n) { return SwedishNumber(std::to_string(n)); }

std::string ReportText(const log::FsckReport& report) {
  std::string text;
  for (const log::FsckFinding& finding : report.findings) {
    text += "FEL  " + log::FindingText(finding) + "\n";
  }
  if (report.findings_count > report.findings.size()) {
    text += "och " + Count(report.findings_count - report.findings.size()) + " fel till\n";
  }
  return text + report.path + ": " + Count(report.logs) + " loggar, " + Count(report.entries) +
         " poster, " + (report.ok() ? "inga fel" : Count(report.findings_count) + " fel") + "\n";
}

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  log::SharedResources shared;
  absl::StatusOr<log::FsckReport> report;
  {
    ProgressBar bar(shell.err(), ErrorIsTerminal() && !shell.options().json, "poster");
    log::FsckOptions options;
    options.progress = [&bar](uint64_t entries) { bar.Update({0, 0, entries}); };
    report = log::FsckDirectory(arguments.directory, shared, options);
  }
  if (!report.ok()) return report.status();
  shell.out() << (shell.options().json ? ReportJson(*report) : ReportText(*report));
  return report->ok() ? kDone : kVerificationFailed;
}

}  // namespace

void AddFsck(CLI::App& app, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "fsck", "Recomputes all that a data directory holds (not in use); 3 if it is damaged");
  command->add_option("dir", arguments->directory, "The node's data directory")->required();
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
