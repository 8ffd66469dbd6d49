#include <algorithm>
#include <ostream>
#include <string>

#include "clients/cli/commands/commands.h"
#include "clients/cpp/certificate.h"
#include "proto/text/shown_text.h"
#include "proto/text/utf8.h"
#include "proto/text/version.h"

namespace liggare::cli {
namespace {

// An empty one is refused: a script whose variable is not set would else trust any server.
CLI::Validator ServerName() {
  return CLI::Validator(
      [](const std::string& name) {
        const bool right = name::ParseIdentity("spiffe://liggare/host/" + name).ok();
        return right ? "" : "'" + name + "' is not the <name> of host/<name> in a certificate";
      },
      "NAME");
}

void AddGlobalOptions(CLI::App& app, GlobalOptions& options) {
  app.add_option("--server", options.server, "Address of liggared, host:port")
      ->envname("LIGGARE_SERVER");
  app.add_option("--ca", options.ca, "Certificate of the authority, PEM")->envname("LIGGARE_CA");
  app.add_option("--cert", options.certificate, "Own certificate, PEM")->envname("LIGGARE_CERT");
  app.add_option("--key", options.key, "Its private key, PEM")->envname("LIGGARE_KEY");
  app.add_option("--host", options.host,
                 "The server's name, host/<name> in its certificate (default: as at the first "
                 "contact with the address)")
      ->check(ServerName())
      ->envname("LIGGARE_HOST");
  app.add_option("--known-hosts", options.known_hosts,
                 "Where first contacts are remembered (default: ~/.config/liggare/known_hosts)")
      ->envname("LIGGARE_KNOWN_HOSTS");
  app.add_option("--node", options.node, "Which node (default: that of the certificate)")
      ->envname("LIGGARE_NODE");
  app.add_flag("--json", options.json, "Print JSON, for programs");
  app.set_version_flag("--version", std::string("liggare ") + text::kVersion);
}

// Every text that is sent or printed as JSON is UTF-8.
bool IsUtf8(int argc, const char* const* argv) {
  return std::all_of(argv, argv + argc, [](const char* argument) {
    return !text::FirstByteNotUtf8(argument).has_value();
  });
}

}  // namespace

std::unique_ptr<CLI::App> MakeCommandLine(Shell& shell) {
  auto app = std::make_unique<CLI::App>(
      "The register that travels: record, read and verify events.", "liggare");
  app->footer("Exit code: 0 done, 1 failed, 2 usage, 3 verification failed.");
  AddGlobalOptions(*app, shell.options());
  // Global options may also stand after the command.
  app->fallthrough();
  app->require_subcommand(1);
  AddNode(*app, shell);
  AddNewId(*app, shell);
  AddRecord(*app, shell);
  AddAwait(*app, shell);
  AddRead(*app, shell);
  AddState(*app, shell);
  AddHistory(*app, shell);
  AddDigest(*app, shell);
  AddSubjects(*app, shell);
  AddTable(*app, shell);
  AddFindings(*app, shell);
  AddMissing(*app, shell);
  AddBrister(*app, shell);
  AddExamples(*app, shell);
  AddStatus(*app, shell);
  AddReceipt(*app, shell);
  AddCheckpoint(*app, shell);
  AddVerify(*app, shell);
  AddExportTiles(*app, shell);
  AddFsck(*app, shell);
  AddBackup(*app, shell);
  AddRestore(*app, shell);
  return app;
}

int RunCommandLine(int argc, const char* const* argv, Shell& shell) {
  if (!IsUtf8(argc, argv)) {
    shell.err() << "liggare: an argument is not UTF-8 (see liggare --help)\n";
    return kUsage;
  }
  const std::unique_ptr<CLI::App> app = MakeCommandLine(shell);
  try {  // CLI11 speaks in exceptions; they end here.
    app->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      app->exit(error, shell.out(), shell.err());
      return shell.Finish(kDone);
    }
    shell.err() << "liggare: " << text::ShownText(error.what()) << " (see liggare --help)\n";
    return kUsage;
  }
  return shell.Run();
}

}  // namespace liggare::cli
