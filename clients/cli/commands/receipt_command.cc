#include <memory>
#include <ostream>
#include <variant>

#include "clients/cli/commands/commands.h"
#include "clients/cli/shell/file_text.h"
#include "eventstore/proof/receipt_verifier.h"
#include "proto/text/shown_text.h"
#include "services/presentation/entry_place.h"

namespace liggare::cli {
namespace {

constexpr char kStandardOutput[] = "-";

struct Arguments {
  std::string event;
  std::string file;
};

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  auto name = presentation::ParseEntryName(arguments.event);
  if (!name.ok()) return name.status();
  auto connection = shell.Connect();
  if (!connection.ok()) return connection.status();
  v1::GetReceiptRequest request;
  request.set_node((*connection)->node());
  if (const auto* place = std::get_if<presentation::EntryPlace>(&*name)) {
    request.mutable_place()->set_log(place->log);
    request.mutable_place()->set_index(place->index);
  } else {
    request.set_event_id(std::get<presentation::EntryId>(*name).bytes);
  }
  auto response =
      (*connection)->Call((*connection)->audits(), &v1::AuditService::Stub::GetReceipt, request);
  if (!response.ok()) return response.status();
  const std::string json = proof::ReceiptToJson(response->receipt());
  if (arguments.file == kStandardOutput) {
    shell.out() << json;
    return kDone;
  }
  if (auto status = WriteFile(arguments.file, json); !status.ok()) return status;
  if (!shell.options().json) {
    shell.out() << "Kvitto skrivet till " << text::ShownText(arguments.file) << "\n";
  }
  return kDone;
}

}  // namespace

void AddReceipt(CLI::App& app, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "receipt", "One event with everything that proves it offline, for `verify`");
  command->add_option("event", arguments->event, "Its id, or its place such as se/17@1#42")
      ->required();
  command->add_option("-o,--out", arguments->file, "The file, or - for standard output")
      ->required();
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
