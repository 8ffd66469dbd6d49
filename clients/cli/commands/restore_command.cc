#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>

#include "clients/cli/commands/commands.h"
#include "clients/cli/shell/file_text.h"
#include "clients/cli/shell/server_program.h"
#include "clients/cli/shell/trust_file.h"
#include "clients/cli/shell/whole_number.h"
#include "clients/cli/verify/missing_events.h"
#include "eventstore/log/care/backup.h"
#include "proto/error/error.h"
#include "proto/form/uuid.h"
#include "proto/text/shown_text.h"
#include "services/presentation/entry_form.h"
#include "services/presentation/entry_place.h"
#include "services/presentation/event_ref_json.h"
#include "services/presentation/swedish_text.h"

namespace liggare::cli {
namespace {

constexpr char kFormat[] = "liggare.restore/1";

struct Arguments {
  std::string backup_directory;
  std::string to;
  std::optional<uint32_t> backup_id;
  bool from_parent = false;
  std::string config;
  std::vector<std::string> from;
  std::vector<std::string> receipts;
  std::string trust;
};

absl::Status Usage(const std::string& what, const std::string& field, const std::string& expected) {
  return MakeError(v1::ERROR_CODE_CONFIGURATION, {what, field, expected});
}

std::string Count(uint64_t n) { return presentation::SwedishNumber(std::to_string(n)); }

// --- From a backup ------------------------------------------------------------

absl::StatusOr<ExitCode> FromBackup(Shell& shell, const Arguments& arguments) {
  if (arguments.to.empty()) {
    return Usage("it is not said where the backup shall be put", "--to",
                 "the node's data directory");
  }
  log::SharedResources shared;
  const auto report =
      log::RestoreBackup(arguments.backup_directory, arguments.backup_id, arguments.to, shared);
  if (!report.ok()) return report.status();
  if (shell.options().json) {
    const presentation::Json json = {
        {"format", kFormat},
        {"data", arguments.to},
        {"backup_id", report->backup_id},
        {"entries", report->entries},
        {"own_log", {{"log", report->own_log.name}, {"size", report->own_log.size}}}};
    shell.out() << json.dump(2) << "\n";
    return kDone;
  }
  shell.out() << text::ShownText(arguments.to) << ": säkerhetskopia " << report->backup_id << ", "
              << Count(report->entries)
              << " poster, inga fel. Egen logg: " << text::ShownText(report->own_log.name) << ", "
              << Count(report->own_log.size) << " poster.\n";
  return kDone;
}

// --- From the parent ------------------------------------------------------------

// What was lost, and by what it is known.
presentation::Json MissingJson(const MissingReport& report) {
  presentation::Json json = {{"receipts", report.receipts},
                             {"missing", presentation::Json::array()}};
  for (const MissingEvent& each : report.missing) {
    const proof::VerifiedReceipt& receipt = each.receipt;
    json["missing"].push_back(
        {{"id", form::UuidText(receipt.data.event_id())},
         {"place", presentation::EntryPlace{receipt.event.log(), receipt.event.index()}.Text()},
         {"type", presentation::PayloadName(receipt.data)},
         {"subject", receipt.data.subject()},
         {"recorded_at", presentation::IsoTime(receipt.event.recorded_at_ms())},
         {"receipt", each.file}});
  }
  json["proven_sizes"] = presentation::Json::object();
  for (const auto& [log, size] : report.proven_sizes) json["proven_sizes"][log] = size;
  return json;
}

void PrintMissing(Shell& shell, const MissingReport& report) {
  shell.out() << "Kvitton: " << report.receipts
              << ", händelser som saknas: " << report.missing.size() << "\n";
  for (const MissingEvent& each : report.missing) {
    const proof::VerifiedReceipt& receipt = each.receipt;
    const std::string line =
        form::UuidText(receipt.data.event_id()) + "  " +
        presentation::EntryPlace{receipt.event.log(), receipt.event.index()}.Text() + "  " +
        presentation::PayloadName(receipt.data) + "  " + receipt.data.subject() + "  " +
        presentation::TimeText(receipt.event.recorded_at_ms()) + "  (" + each.file + ")";
    shell.out() << "  SAKNAS  " << text::ShownText(line) << "\n";
  }
  for (const auto& [log, size] : report.proven_sizes) {
    shell.out() << "  " << text::ShownText(log) << " har haft minst " << Count(size)
                << " poster.\n";
  }
}

std::string ShownJson(const presentation::Json& text) {
  return text::ShownText(text.get<std::string>());
}

void PrintRestored(Shell& shell, const presentation::Json& report) {
  shell.out() << ShownJson(report["path"]) << ": " << ShownJson(report["own_log"]) << " fortsätter "
              << ShownJson(report["previous"]["log"]) << " efter "
              << Count(report["previous"]["size"].get<uint64_t>()) << " poster.\n";
  for (const presentation::Json& log : report["logs"]) {
    shell.out() << "  hämtad  " << ShownJson(log["log"]) << "  "
                << Count(log["size"].get<uint64_t>()) << " poster";
    if (log.value("not_enrolled", false)) {
      shell.out() << " av " << log["unproven"]
                  << ": noden är INTE INSKRIVEN längre; skriv in den igen, så kommer loggen";
    } else if (log["unproven"] != 0) {
      shell.out() << " (" << log["unproven"] << " till kunde inte bevisas)";
    }
    shell.out() << "\n";
  }
  for (const presentation::Json& event : report["moved"]) {
    shell.out() << "  omregistrerad  " << ShownJson(event["event_id"]) << "  "
                << ShownJson(event["from"]) << " -> " << ShownJson(event["to"]) << "\n";
  }
  for (const presentation::Json& what : report["unreadable"]) {
    shell.out() << "  FÖRLORAT  " << ShownJson(what) << "\n";
  }
  const std::string kept = ShownJson(report["kept_directory"]);
  if (!kept.empty()) shell.out() << "Den förra katalogen finns kvar som " << kept << ".\n";
}

absl::StatusOr<ExitCode> FromParent(Shell& shell, const Arguments& arguments) {
  const std::string& path = shell.options().node;
  if (path.empty()) return Usage("it is not said which node", "--node", "its path");
  if (arguments.config.empty()) {
    return Usage("it is not said how the node is configured", "--config", "liggared's file");
  }
  std::vector<MissingEvent> receipts;
  if (!arguments.receipts.empty()) {
    if (arguments.trust.empty())
      return Usage("receipts can't be verified", "--trust", "the national vkey");
    auto national_key = ReadTrust(arguments.trust);
    if (!national_key.ok()) return national_key.status();
    auto read = ReadReceipts(arguments.receipts, *national_key);
    if (!read.ok()) return read.status();
    receipts = *std::move(read);
  }
  std::vector<std::string> call = {"--config",      arguments.config,
                                   "--restore",     path,
                                   "--epoch-above", std::to_string(HighestEpoch(receipts, path))};
  for (const std::string& peer : arguments.from) call.insert(call.end(), {"--from", peer});
  const auto result = RunServerProgram(call);
  if (!result.ok()) return result.status();
  if (result->exit_code != 0) return static_cast<ExitCode>(result->exit_code);
  presentation::Json report =
      presentation::Json::parse(result->out, nullptr, /*allow_exceptions=*/false);
  if (!report.is_object()) return absl::InternalError("liggared gave no report");
  const bool looks = !receipts.empty();
  MissingReport missing;
  if (looks) {
    auto found = FindMissing(std::move(receipts), path, report["data"].get<std::string>());
    if (!found.ok()) return found.status();
    missing = *std::move(found);
  }
  if (shell.options().json) {
    report["format"] = kFormat;
    if (looks) report.update(MissingJson(missing));
    shell.out() << report.dump(2) << "\n";
    return kDone;
  }
  PrintRestored(shell, report);
  if (looks) PrintMissing(shell, missing);
  return kDone;
}

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  if (arguments.from_parent == !arguments.backup_directory.empty()) {
    return Usage("a node is restored from one thing at a time", "",
                 "a backup DIR with --to, or --from-parent with --config");
  }
  return arguments.from_parent ? FromParent(shell, arguments) : FromBackup(shell, arguments);
}

}  // namespace

void AddRestore(CLI::App& app, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "restore", "Puts a backup back, or refills a lost node (not in use) from its parent");
  command->add_option("backup", arguments->backup_directory, "The directory with the backups");
  command->add_option("--to", arguments->to,
                      "Where to: the node's data directory, empty or missing");
  command->add_option("--backup-id", arguments->backup_id, "Which backup (default: the latest)")
      ->check(WholeNumber());
  command->add_flag("--from-parent", arguments->from_parent,
                    "Fetch what the parent holds of --node, and open a new epoch");
  command->add_option("--config", arguments->config,
                      "With --from-parent: liggared's configuration");
  command->add_option(
      "--from", arguments->from,
      "With --from-parent: from whom instead, PATH=NAME@ADDRESS:PORT, where NAME is that of "
      "its process; may repeat");
  command->add_option(
      "--receipts", arguments->receipts,
      "With --from-parent: receipts; events that they prove and nobody has are named");
  command->add_option("--trust", arguments->trust,
                      "With --receipts: the national vkey, or its file");
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
