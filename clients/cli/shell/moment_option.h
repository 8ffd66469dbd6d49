// --known-by NODE --at INDEX: a question about what some node knew at some point.
#ifndef CLIENTS_CLI_SHELL_MOMENT_OPTION_H_
#define CLIENTS_CLI_SHELL_MOMENT_OPTION_H_

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "clients/cli/shell/whole_number.h"
#include "liggare/v1/query_service.pb.h"

namespace liggare::cli {

struct MomentArguments {
  std::string known_by;
  std::optional<uint64_t> at_index;
};

inline void AddMomentOptions(CLI::App& command, MomentArguments& arguments) {
  CLI::Option* known_by =
      command.add_option("--known-by", arguments.known_by, "As this node knew it, with --at");
  CLI::Option* at =
      command.add_option("--at", arguments.at_index, "Before this index of that node's own log")
          ->check(WholeNumber());
  known_by->needs(at);
  at->needs(known_by);
}

// Sets `request.moment` where one was given.
template <class Request>
void SetMoment(const MomentArguments& arguments, Request& request) {
  if (arguments.known_by.empty()) return;
  request.mutable_moment()->set_known_by(arguments.known_by);
  request.mutable_moment()->set_at_index(arguments.at_index.value_or(0));
}

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_SHELL_MOMENT_OPTION_H_
