#include <memory>
#include <optional>
#include <ostream>

#include "clients/cli/commands/commands.h"
#include "clients/cli/shell/progress_bar.h"
#include "clients/cli/verify/index_rule.h"
#include "clients/cli/verify/stored_keys.h"
#include "eventstore/log/care/fsck.h"
#include "eventstore/log/care/repair.h"
#include "proto/text/shown_text.h"
#include "services/presentation/event_ref_json.h"
#include "services/presentation/swedish_text.h"

namespace liggare::cli {
namespace {

constexpr char kFormat[] = "liggare.fsck/1";

struct Arguments {
  std::string directory;
  bool repair = false;
};

presentation::Json FindingJson(const log::FsckFinding& finding) {
  presentation::Json json = {{"family", finding.family}};
  if (!finding.log.empty()) json["log"] = finding.log;
  if (finding.index) json["index"] = *finding.index;
  if (!finding.subject.empty()) json["subject"] = finding.subject;
  if (!finding.event_id.empty()) json["event_id"] = finding.event_id;
  json["message"] = finding.message;
  return json;
}

presentation::Json ReportJson(const log::FsckReport& report) {
  presentation::Json json = {{"format", kFormat},
                             {"ok", report.ok()},
                             {"path", report.path},
                             {"trust_domain", report.trust_domain},
                             {"logs", report.logs},
                             {"entries", report.entries},
                             {"signatures", report.signatures},
                             {"signatures_unchecked", report.signatures_unchecked},
                             {"texts_erased", report.texts_erased},
                             {"logs_with_damaged_entries", report.logs_with_damaged_entries},
                             {"findings_count", report.findings_count},
                             {"findings", presentation::Json::array()}};
  for (const log::FsckFinding& finding : report.findings) {
    json["findings"].push_back(FindingJson(finding));
  }
  json["remarks_count"] = report.remarks_count;
  json["remarks"] = presentation::Json::array();
  for (const log::FsckFinding& remark : report.remarks) {
    json["remarks"].push_back(FindingJson(remark));
  }
  return json;
}

std::string Count(uint64_t n) { return presentation::SwedishNumber(std::to_string(n)); }

std::string FindingLine(const std::string& kind, const log::FsckFinding& finding) {
  return kind + text::ShownText(log::FindingText(finding)) + "\n";
}

std::string ReportText(const log::FsckReport& report) {
  std::string text;
  for (const log::FsckFinding& finding : report.findings) {
    text += FindingLine("FEL  ", finding);
  }
  if (report.findings_count > report.findings.size()) {
    text += "och " + Count(report.findings_count - report.findings.size()) + " fel till\n";
  }
  for (const log::FsckFinding& remark : report.remarks) {
    text += FindingLine("OBS  ", remark);
  }
  if (report.remarks_count > report.remarks.size()) {
    text += "och " + Count(report.remarks_count - report.remarks.size()) + " anmärkningar till\n";
  }
  return text + text::ShownText(report.path) + ": " + Count(report.logs) + " loggar, " +
         Count(report.entries) + " poster, " + Count(report.signatures) + " underskrifter, " +
         (report.texts_erased > 0 ? Count(report.texts_erased) + " gallrade texter, " : "") +
         (report.ok() ? "inga fel" : Count(report.findings_count) + " fel") + "\n";
}

presentation::Json RepairJson(const log::RepairReport& report) {
  presentation::Json json = ReportJson(report.after);
  json["repair"] = {{"findings_before", report.before.findings_count},
                    {"rows_written", report.rows_written},
                    {"rows_removed", report.rows_removed},
                    {"texts_removed", report.texts_removed},
                    {"texts_lost", report.texts_lost},
                    {"checkpoints_removed", report.checkpoints_removed},
                    {"checkpoints_reduced", report.checkpoints_reduced},
                    {"rebuilt_families", report.rebuilt_families}};
  return json;
}

std::string RepairText(const log::RepairReport& report) {
  std::string text;
  for (const log::FsckFinding& finding : report.before.findings) {
    text += FindingLine("FANN ", finding);
  }
  text += "Skrev " + Count(report.rows_written) + " rader, tog bort " + Count(report.rows_removed) +
          " rader och " + Count(report.texts_removed) + " skadade texter.\n";
  if (report.checkpoints_removed + report.checkpoints_reduced > 0) {
    text += "Tog bort " + Count(report.checkpoints_removed) +
            " kontrollpunkter som ingen har skrivit under, och underskrifter som inte stämmer ur " +
            Count(report.checkpoints_reduced) + ".\n";
  }
  if (report.texts_lost > 0) {
    text += Count(report.texts_lost) + " texter saknas utan att vara gallrade.\n";
  }
  for (const std::string& family : report.rebuilt_families) {
    text += "Byggde om " + family + " från posterna.\n";
  }
  for (const std::string& log : report.after.logs_with_damaged_entries) {
    text += "Poster i " + text::ShownText(log) +
            " är skadade eller saknas och kan inte härledas: hämta dem från en "
            "nivå som har dem (liggare restore).\n";
  }
  return text + ReportText(report.after);
}

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  log::SharedResources shared;
  StoredKeys keys;
  std::optional<ProgressBar> bar;  // Gone before anything is written.
  bar.emplace(shell.terminal(), ErrorIsTerminal() && !shell.options().json, "poster");
  log::FsckOptions options;
  options.keys = &keys;
  options.may_write_about = MayWriteAbout;
  options.progress = [&bar](uint64_t entries) { bar->Update({0, 0, entries}); };
  if (arguments.repair) {
    const auto report = log::RepairDirectory(arguments.directory, shared, options);
    bar.reset();
    if (!report.ok()) return report.status();
    shell.out() << (shell.options().json ? RepairJson(*report).dump(2) + "\n"
                                         : RepairText(*report));
    return report->after.ok() ? kDone : kVerificationFailed;
  }
  const auto report = log::FsckDirectory(arguments.directory, shared, options);
  bar.reset();
  if (!report.ok()) return report.status();
  shell.out() << (shell.options().json ? ReportJson(*report).dump(2) + "\n" : ReportText(*report));
  return report->ok() ? kDone : kVerificationFailed;
}

}  // namespace

void AddFsck(CLI::App& app, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "fsck", "Recomputes all that a data directory holds (not in use); 3 if it is damaged");
  command->add_option("dir", arguments->directory, "The node's data directory")->required();
  command->add_flag("--repair", arguments->repair,
                    "Rebuilds what is derived from the entries; never changes an entry");
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
