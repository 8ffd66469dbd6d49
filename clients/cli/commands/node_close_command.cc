#include <memory>
#include <ostream>
#include <string>

#include "clients/cli/commands/commands.h"
#include "clients/cli/shell/random_id.h"
#include "clients/cli/verify/newest_log.h"
#include "proto/error/error.h"
#include "proto/form/uuid.h"
#include "proto/json/event_json.h"
#include "proto/name/node_path.h"
#include "services/presentation/event_ref_json.h"

namespace liggare::cli {
namespace {

struct Arguments {
  std::string path;
  std::string reason_code = "avslutad";
};

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  if (auto status = name::CheckPathInTree(arguments.path); !status.ok()) return status;
  auto connection = shell.Connect();
  if (!connection.ok()) return connection.status();
  auto held = FindNewestLog(**connection, arguments.path);
  if (!held.ok()) return held.status();
  if (!*held) {
    return MakeError(v1::ERROR_CODE_NOT_FOUND, {"nothing of the log of " + arguments.path +
                                                    " is held at " + (*connection)->node(),
                                                "path", "a child that has recorded something"});
  }
  v1::EventData data;
  data.set_event_id(*form::UuidBytes(NewId()));
  data.set_subject("node/" + arguments.path);
  data.mutable_actor()->set_id("liggare");
  data.mutable_actor()->set_role("system");
  data.set_reason_code(arguments.reason_code);
  data.mutable_node_closed()->set_size(static_cast<int64_t>((*held)->size()));
  data.mutable_node_closed()->set_root((*held)->root());
  presentation::Json line = presentation::Json::parse(json::EventToJson(data));
  line["node"] = (*connection)->node();
  shell.out() << line.dump() << "\n";
  return kDone;
}

}  // namespace

void AddNodeClose(CLI::App& node, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = node.add_subcommand(
      "close",
      "Prints the event by which a parent closes a child, with all that is held of its log");
  command->add_option("--path", arguments->path, "The child")->required();
  command->add_option("--reason-code", arguments->reason_code, "Why, as a token")
      ->capture_default_str();
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
