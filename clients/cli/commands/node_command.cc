#include "clients/cli/commands/commands.h"

namespace liggare::cli {

void AddNode(CLI::App& app, Shell& shell) {
  CLI::App* node = app.add_subcommand(
      "node", "Make, replace and revoke nodes' keys; enrol and close nodes at their parent");
  node->require_subcommand(1);
  AddNodeInit(*node, shell);
  AddNodeEnrol(*node, shell);
  AddNodeRotateKey(*node, shell);
  AddNodeRevokeKey(*node, shell);
  AddNodeClose(*node, shell);
}

}  // namespace liggare::cli
