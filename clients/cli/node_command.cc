#include "clients/cli/commands.h"

namespace liggare::cli {

void AddNode(CLI::App& app, Shell& shell) {
  CLI::App* node = app.add_subcommand("node", "Make a node's key; enrol nodes at their parent");
  node->require_subcommand(1);
  AddNodeInit(*node, shell);
  AddNodeEnrol(*node, shell);
}

}  // namespace liggare::cli
