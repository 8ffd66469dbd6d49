#include <chrono>
#include <memory>
#include <ostream>

#include "clients/cli/commands/commands.h"
#include "proto/text/shown_text.h"
#include "services/presentation/event_ref_json.h"
#include "services/presentation/swedish_text.h"

namespace liggare::cli {
namespace {

constexpr char kFormat[] = "liggare.backup/1";
// A backup is read back entry by entry.
constexpr std::chrono::hours kBackupTimeout{6};

struct Arguments {};

std::string Count(uint64_t n) { return presentation::SwedishNumber(std::to_string(n)); }

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments&) {
  auto connection = shell.Connect();
  if (!connection.ok()) return connection.status();
  v1::BackupRequest request;
  request.set_node((*connection)->node());
  const auto made =
      (*connection)
          ->Call((*connection)->admin(), &v1::AdminService::Stub::Backup, request, kBackupTimeout);
  if (!made.ok()) return made.status();
  if (shell.options().json) {
    const presentation::Json json = {
        {"format", kFormat},
        {"directory", made->directory()},
        {"backup_id", made->backup_id()},
        {"bytes", made->bytes()},
        {"bytes_copied", made->bytes_copied()},
        {"entries", made->entries()},
        {"backups_removed", made->backups_removed()},
        {"own_log", {{"log", made->own_log().log()}, {"size", made->own_log().size()}}}};
    shell.out() << json.dump(2) << "\n";
    return kDone;
  }
  shell.out() << "Säkerhetskopia " << made->backup_id() << " i "
              << text::ShownText(made->directory()) << ": " << Count(made->bytes())
              << " byte, varav " << Count(made->bytes_copied())
              << " kopierade. Återläst: " << Count(made->entries()) << " poster, inga fel.\n";
  if (made->backups_removed() > 0) {
    shell.out() << Count(made->backups_removed())
                << " äldre säkerhetskopior togs bort: texter har gallrats sedan de gjordes.\n";
  }
  return kDone;
}

}  // namespace

void AddBackup(CLI::App& app, Shell& shell) {
  CLI::App* command = app.add_subcommand(
      "backup", "Backs a running node up, where its server is configured to, and reads it back");
  OnChosen(*command, shell, std::make_shared<Arguments>(), Run);
}

}  // namespace liggare::cli
