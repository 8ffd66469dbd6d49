#include <chrono>
#include <memory>
#include <optional>
#include <ostream>
#include <string>

#include "clients/cli/commands/commands.h"
#include "clients/cli/shell/random_id.h"
#include "clients/cli/shell/whole_number.h"
#include "clients/cli/verify/enrolled_key.h"
#include "clients/cli/verify/newest_log.h"
#include "eventstore/note/key.h"
#include "proto/error/error.h"
#include "proto/form/uuid.h"
#include "proto/json/event_json.h"
#include "proto/name/node_path.h"
#include "services/presentation/event_ref_json.h"

namespace liggare::cli {
namespace {

struct Arguments {
  std::string path;
  std::string vkey;
  std::string log;
  std::optional<uint64_t> size;
  std::optional<int64_t> cosigned_until_s;
  std::string reason_code = "stulen";
};

// The key that is named, or the one that is enrolled.
absl::StatusOr<std::string> KeyOf(client::Connection& connection, const Arguments& arguments) {
  if (!arguments.vkey.empty()) return arguments.vkey;
  auto enrolled = FindEnrolledKey(connection, arguments.path);
  if (!enrolled.ok()) return enrolled.status();
  if (*enrolled) return (*enrolled)->vkey;
  return MakeError(
      v1::ERROR_CODE_NOT_FOUND,
      {"no key of " + arguments.path + " is enrolled at " + connection.node(), "vkey"});
}

// Sets what the options leave open: the newest log of the node, and all that its
// parent holds of it.
absl::Status SetExtent(client::Connection& connection, const Arguments& arguments,
                       v1::NodeKeyRevoked& revoked) {
  auto held = FindNewestLog(connection, arguments.path, arguments.log);
  if (!held.ok()) return held.status();
  if (*held) {
    revoked.set_log((*held)->log());
    revoked.set_size(static_cast<int64_t>((*held)->size()));
  }
  if (!arguments.log.empty()) revoked.set_log(arguments.log);
  if (revoked.log().empty()) revoked.set_log(arguments.path + "@1");
  revoked.set_size(static_cast<int64_t>(arguments.size.value_or(revoked.size())));
  return absl::OkStatus();
}

int64_t NowSeconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  if (auto status = name::CheckPathInTree(arguments.path); !status.ok()) return status;
  auto connection = shell.Connect();
  if (!connection.ok()) return connection.status();
  auto vkey = KeyOf(**connection, arguments);
  if (!vkey.ok()) return vkey.status();
  v1::EventData data;
  data.set_event_id(*form::UuidBytes(NewId()));
  data.set_subject("node/" + arguments.path);
  data.mutable_actor()->set_id("liggare");
  data.mutable_actor()->set_role("system");
  data.set_reason_code(arguments.reason_code);
  v1::NodeKeyRevoked& revoked = *data.mutable_node_key_revoked();
  revoked.set_verifier_key(*vkey);
  if (auto status = SetExtent(**connection, arguments, revoked); !status.ok()) return status;
  revoked.set_cosigned_until_s(arguments.cosigned_until_s.value_or(NowSeconds()));
  presentation::Json line = presentation::Json::parse(json::EventToJson(data));
  line["node"] = (*connection)->node();
  shell.out() << line.dump() << "\n";
  return kDone;
}

}  // namespace

void AddNodeRevokeKey(CLI::App& node, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = node.add_subcommand(
      "revoke-key",
      "Prints the event by which a parent revokes a child's key from a size of its log on");
  command->add_option("--path", arguments->path, "The child")->required();
  command->add_option("--vkey", arguments->vkey, "The key; the one that is enrolled if not given");
  command->add_option("--log", arguments->log, "The child's log; its newest if not given");
  command
      ->add_option("--size", arguments->size,
                   "So many entries the key still answers for; all that are held if not given")
      ->check(WholeNumber());
  command
      ->add_option("--cosigned-until", arguments->cosigned_until_s,
                   "The last second since 1970 whose cosignatures count; now if not given")
      ->check(WholeNumber());
  command->add_option("--reason-code", arguments->reason_code, "Why, as a token")
      ->capture_default_str();
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
