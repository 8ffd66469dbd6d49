#include <filesystem>
#include <memory>
#include <ostream>

#include "clients/cli/commands/commands.h"
#include "clients/cli/shell/private_key_file.h"
#include "clients/cli/shell/random_id.h"
#include "eventstore/proof/key_chain.h"
#include "proto/error/error.h"
#include "proto/form/uuid.h"
#include "proto/json/event_json.h"
#include "proto/name/node_path.h"
#include "services/presentation/event_ref_json.h"

namespace liggare::cli {
namespace {

// Where liggared looks for the key that takes the place of another.
constexpr char kNextSuffix[] = ".next";

struct Arguments {
  std::string key;
};

// The key beside the one in use; made now if it was not made before.
absl::StatusOr<note::SigningKey> NextKey(const std::string& file, const note::SigningKey& old_key) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    auto made = note::SigningKey::Generate(old_key.verifier().name());
    if (!made.ok()) return made;
    if (auto status = CreateKeyFile(file, *made); !status.ok()) return status;
  }
  auto next = ReadKeyFile(file);
  if (!next.ok()) return next;
  if (next->verifier().name() == old_key.verifier().name() &&
      !(next->verifier() == old_key.verifier())) {
    return next;
  }
  return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                   {file + " holds the key " + next->verifier().Text(), "key",
                    "another key named " + old_key.verifier().name() + ", or no such file"});
}

// The line that the parent's node is to record; the nation's own for the nation.
presentation::Json EventLine(const std::string& path, const note::SigningKey& old_key,
                             const note::VerifierKey& new_key) {
  v1::EventData data;
  data.set_event_id(*form::UuidBytes(NewId()));
  data.set_subject("node/" + path);
  data.mutable_actor()->set_id("liggare");
  data.mutable_actor()->set_role("system");
  v1::NodeKeyChanged& changed = *data.mutable_node_key_changed();
  changed.set_verifier_key(new_key.Text());
  changed.set_old_key_signature(old_key.Sign(proof::KeyChangeText(old_key.verifier(), new_key)));
  presentation::Json line = presentation::Json::parse(json::EventToJson(data));
  const std::string parent = std::string(name::ParentOf(path));
  line["node"] = parent.empty() ? path : parent;
  return line;
}

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  auto old_key = ReadKeyFile(arguments.key);
  if (!old_key.ok()) return old_key.status();
  const std::string& name = old_key->verifier().name();
  const size_t slash = name.find('/');
  const std::string path = slash == std::string::npos ? "" : name.substr(slash + 1);
  if (auto status = name::CheckPathInTree(path); !status.ok()) return status;
  auto next = NextKey(arguments.key + kNextSuffix, *old_key);
  if (!next.ok()) return next.status();
  shell.out() << EventLine(path, *old_key, next->verifier()).dump() << "\n";
  return kDone;
}

}  // namespace

void AddNodeRotateKey(CLI::App& node, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = node.add_subcommand(
      "rotate-key",
      "Makes a node's next key, FILE.next (mode 0600), and prints the event for its parent to "
      "record; may be done again");
  command->add_option("--key", arguments->key, "The file of the key in use")->required();
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
