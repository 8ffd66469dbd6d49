#include <memory>
#include <ostream>

#include "clients/cli/commands/commands.h"
#include "clients/cli/shell/trust_file.h"
#include "clients/cli/verify/data_verification.h"
#include "clients/cli/verify/live_verification.h"
#include "clients/cli/verify/tile_export.h"
#include "nlohmann/json.hpp"
#include "proto/name/log_name.h"
#include "proto/text/shown_text.h"
#include "services/presentation/swedish_text.h"

namespace liggare::cli {
namespace {

constexpr char kFormat[] = "liggare.export_tiles/1";

struct Arguments {
  std::string trust;
  std::string log;
  std::string data;
  std::string directory;
};

std::string ReportJson(const Arguments& arguments, const TileExport& tiles) {
  const nlohmann::ordered_json json = {{"format", kFormat},
                                       {"log", arguments.log},
                                       {"dir", arguments.directory},
                                       {"entries", tiles.size()},
                                       {"bundles_left_out", tiles.bundles_left_out()}};
  return json.dump(2) + "\n";
}

std::string ReportText(const Arguments& arguments, const TileExport& tiles) {
  std::string text = text::ShownText(arguments.log) + ": " +
                     presentation::SwedishNumber(std::to_string(tiles.size())) + " poster i " +
                     text::ShownText(arguments.directory) + "\n";
  if (tiles.bundles_left_out() > 0) {
    text += "Utelämnade buntar: " +
            presentation::SwedishNumber(std::to_string(tiles.bundles_left_out())) +
            ". De har poster som inte visas för den här noden; hasharna finns.\n";
  }
  return text;
}

absl::StatusOr<std::string> Verify(Shell& shell, const Arguments& arguments,
                                   const std::string& national_key, const TakeEntry& take) {
  if (!arguments.data.empty()) {
    return VerifyLogData(arguments.data, arguments.log, national_key, take);
  }
  auto connection = shell.Connect();
  if (!connection.ok()) return connection.status();
  return VerifyLogLive(**connection, shell.options().node, arguments.log, national_key, take);
}

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  if (auto path = name::NodeOfLog(arguments.log); !path.ok()) return path.status();
  auto national_key = ReadTrust(arguments.trust);
  if (!national_key.ok()) return national_key.status();
  auto chain = proof::KeyChain::FromNationalKey(*national_key);
  if (!chain.ok()) return chain.status();
  auto tiles = TileExport::Begin(arguments.directory, chain->trust_domain() + "/" + arguments.log);
  if (!tiles.ok()) return tiles.status();
  const auto checkpoint = Verify(shell, arguments, *national_key,
                                 [&tiles](std::string_view entry) { return (*tiles)->Add(entry); });
  if (!checkpoint.ok()) return checkpoint.status();
  if (auto finished = (*tiles)->Finish(*checkpoint); !finished.ok()) return finished;
  shell.out() << (shell.options().json ? ReportJson(arguments, **tiles)
                                       : ReportText(arguments, **tiles));
  return kDone;
}

}  // namespace

void AddExportTiles(CLI::App& app, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "export-tiles", "A log as files that others' verifiers read (C2SP tlog-tiles)");
  command->add_option("--trust", arguments->trust, "The national vkey, or a file with it")
      ->required();
  command->add_option("--log", arguments->log, "Such as se@1")->required();
  command->add_option("--data", arguments->data,
                      "A node's data directory, not in use; the server if not given");
  command->add_option("dir", arguments->directory, "New, or of an earlier export of the log")
      ->required();
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
