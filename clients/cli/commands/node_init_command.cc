#include <algorithm>
#include <memory>
#include <ostream>

#include "clients/cli/commands/commands.h"
#include "clients/cli/shell/file_text.h"
#include "eventstore/note/key.h"
#include "proto/error/error.h"
#include "proto/name/node_path.h"
#include "services/presentation/event_ref_json.h"

namespace liggare::cli {
namespace {

constexpr unsigned kPrivateMode = 0600;
constexpr unsigned kPublicMode = 0644;

struct Arguments {
  std::string path;
  std::string trust_domain;
  std::string directory;
};

absl::Status CheckTrustDomain(const std::string& name) {
  constexpr char kBytes[] = "abcdefghijklmnopqrstuvwxyz0123456789.-_";
  if (!name.empty() && name.find_first_not_of(kBytes) == std::string::npos) {
    return absl::OkStatus();
  }
  return MakeError(v1::ERROR_CODE_INVALID_FIELD, {"'" + name + "' is not a trust domain",
                                                  "trust-domain", "such as po.liggare.se"});
}

// se_17_varmland of se/17/varmland.
std::string FileStem(std::string path) {
  std::replace(path.begin(), path.end(), '/', '_');
  return path;
}

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  if (auto status = name::CheckPathInTree(arguments.path); !status.ok()) return status;
  if (auto status = CheckTrustDomain(arguments.trust_domain); !status.ok()) return status;
  auto key = note::SigningKey::Generate(arguments.trust_domain + "/" + arguments.path);
  if (!key.ok()) return key.status();
  if (auto status = MakePrivateFolder(arguments.directory); !status.ok()) return status;
  const std::string stem = arguments.directory + "/" + FileStem(arguments.path);
  const std::string key_file = stem + ".key";
  const std::string vkey_file = stem + ".vkey";
  const std::string vkey = key->verifier().Text();
  auto status = CreateFile(key_file, key->Text(), kPrivateMode);
  if (!status.ok()) return status;
  status = CreateFile(vkey_file, vkey + "\n", kPublicMode);
  if (!status.ok()) return status;
  if (shell.options().json) {
    const presentation::Json json = {{"path", arguments.path},
                                     {"verifier_key", vkey},
                                     {"signing_key_file", key_file},
                                     {"verifier_key_file", vkey_file}};
    shell.out() << json.dump(2) << "\n";
  } else {
    shell.out() << vkey << "\n";
  }
  return kDone;
}

}  // namespace

void AddNodeInit(CLI::App& node, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = node.add_subcommand(
      "init", "Makes a node's signing key: DIR/<path with _ for />.key (mode 0600) and .vkey");
  command->add_option("--path", arguments->path, "Such as se/17/varmland")->required();
  command->add_option("--trust-domain", arguments->trust_domain, "Such as po.liggare.se")
      ->required();
  command->add_option("--dir", arguments->directory, "Where; made if it is not there")->required();
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
