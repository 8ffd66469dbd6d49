#include <memory>
#include <ostream>

#include "clients/cli/commands/commands.h"
#include "clients/cli/shell/whole_number.h"
#include "clients/cpp/reader.h"
#include "eventstore/merkle/hash.h"
#include "proto/error/error.h"
#include "proto/name/log_name.h"
#include "proto/text/hex.h"
#include "services/presentation/entry_form.h"

namespace liggare::cli {
namespace {

struct Arguments {
  std::string log;
  std::string subject;
  uint64_t from = 0;
  uint64_t entries_max = 0;
  bool follow = false;
  bool raw = false;
};

absl::Status Check(const Arguments& arguments, bool json) {
  if (arguments.log.empty() == arguments.subject.empty()) {
    return MakeError(v1::ERROR_CODE_CONFIGURATION,
                     {"one of a log and --subject must be given", "log", "LOG or --subject S"});
  }
  if (arguments.follow && arguments.log.empty()) {
    return MakeError(v1::ERROR_CODE_CONFIGURATION,
                     {"only a log can be followed", "follow", "LOG --follow"});
  }
  if (arguments.raw && json) {
    return MakeError(v1::ERROR_CODE_CONFIGURATION,
                     {"the bytes as they are stored have no JSON", "raw", "--raw or --json"});
  }
  if (arguments.log.empty()) return absl::OkStatus();
  return name::NodeOfLog(arguments.log).status();
}

client::EntryReader Open(client::Connection& connection, const Arguments& arguments) {
  if (arguments.follow) {
    v1::SubscribeRequest request;
    v1::LogPosition& position = *request.add_positions();
    position.set_log(arguments.log);
    position.set_next_index(arguments.from);
    request.set_only_named_logs(true);
    return client::EntryReader::Subscribe(connection, std::move(request));
  }
  v1::ReadRequest request;
  request.set_entries_max(arguments.entries_max);
  if (arguments.log.empty()) {
    request.set_subject(arguments.subject);
  } else {
    request.mutable_log()->set_log(arguments.log);
    request.mutable_log()->set_next_index(arguments.from);
  }
  return client::EntryReader::Read(connection, std::move(request));
}

// An entry, or what stands in the place of one that is withheld.
struct Form {
  bool json = false;
  bool raw = false;
};

absl::StatusOr<std::string> Line(const presentation::EntryPlace& place, std::string_view entry,
                                 Form form) {
  if (form.raw) return text::Hex(entry);
  if (merkle::IsWithheld(entry)) {
    return form.json ? presentation::WithheldJson(place, entry) : presentation::WithheldText(place);
  }
  return form.json ? presentation::EntryJson(entry) : presentation::EntryText(entry);
}

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  if (auto status = Check(arguments, shell.options().json); !status.ok()) return status;
  auto connection = shell.Connect();
  if (!connection.ok()) return connection.status();
  client::EntryReader reader = Open(**connection, arguments);
  while (true) {
    const auto entries = reader.Next();
    if (!entries.ok()) return entries.status();
    if (!entries->has_value()) return kDone;
    presentation::EntryPlace place{(*entries)->log(), (*entries)->first_index()};
    for (const std::string& entry : (*entries)->entries()) {
      auto line = Line(place, entry, {shell.options().json, arguments.raw});
      ++place.index;
      if (!line.ok()) return line.status();
      shell.out() << *line << "\n";
    }
    if (arguments.follow) shell.out() << std::flush;
  }
}

}  // namespace

void AddRead(CLI::App& app, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("read", "The entries of a log or a subject, one a line (--json: whole)");
  command->add_option("log", arguments->log, "Such as se/17@1");
  command->add_option("--subject", arguments->subject, "Instead of a log");
  command->add_option("--from", arguments->from, "Index in the log to begin at")
      ->check(WholeNumber());
  command->add_option("--max", arguments->entries_max, "At most so many (default: all)")
      ->check(WholeNumber());
  command->add_flag("--follow", arguments->follow, "Go on with new entries as they come");
  command->add_flag("--raw", arguments->raw,
                    "The stored bytes in hexadecimal: what the leaf hash is over");
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
