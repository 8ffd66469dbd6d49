#include <memory>
#include <ostream>
#include <utility>

#include "clients/cli/commands/commands.h"
#include "clients/cli/shell/moment_option.h"
#include "services/presentation/state_form.h"

namespace liggare::cli {
namespace {

struct Arguments {
  std::string subject;
  bool without_effect = false;
  MomentArguments moment;
};

constexpr char kWithoutEffectFormat[] = "liggare.without_effect/1";

// There may be very many of them: text is printed page by page.
absl::StatusOr<ExitCode> ListWithoutEffect(Shell& shell, client::Connection& connection,
                                           const Arguments& arguments) {
  v1::ListWithoutEffectRequest request;
  request.set_node(connection.node());
  request.set_subject(arguments.subject);
  SetMoment(arguments.moment, request);
  presentation::EventRefs events;
  presentation::Json entries = presentation::Json::array();
  do {
    auto page =
        connection.Call(connection.queries(), &v1::QueryService::Stub::ListWithoutEffect, request);
    if (!page.ok()) return page.status();
    for (const v1::Disregarded& entry : page->entries()) {
      if (shell.options().json) {
        entries.push_back(presentation::WithoutEffectJson(entry, events));
      } else {
        shell.out() << presentation::WithoutEffectText(entry) << "\n";
      }
    }
    request.set_page(page->next_page());
  } while (!request.page().empty());
  if (!shell.options().json) return kDone;
  const presentation::Json json = {{"format", kWithoutEffectFormat},
                                   {"subject", arguments.subject},
                                   {"disregarded", std::move(entries)},
                                   {"events", events.json()}};
  shell.out() << json.dump(2) << "\n";
  return kDone;
}

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  auto connection = shell.Connect();
  if (!connection.ok()) return connection.status();
  if (arguments.without_effect) return ListWithoutEffect(shell, **connection, arguments);
  v1::GetStateRequest request;
  request.set_node((*connection)->node());
  request.set_subject(arguments.subject);
  SetMoment(arguments.moment, request);
  auto response =
      (*connection)
          ->CallPaged((*connection)->queries(), &v1::QueryService::Stub::GetState, request);
  if (!response.ok()) return response.status();
  const presentation::AnsweredState answer{
      (*connection)->node(),
      request.moment(),
      response->state(),
      {response->texts().begin(), response->texts().end()},
      {response->without_authority().begin(), response->without_authority().end()},
      {response->without_authority_counts().begin(), response->without_authority_counts().end()},
      response->more_without_authority()};
  shell.out() << (shell.options().json ? presentation::StateJson(answer)
                                       : presentation::StateText(answer));
  return kDone;
}

}  // namespace

void AddState(CLI::App& app, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("state", "The state of one subject, now or as known then");
  command->add_option("subject", arguments->subject, "Such as rapport/2024/se/17/varmland")
      ->required();
  command->add_flag("--without-effect", arguments->without_effect,
                    "Instead: every entry about it that has no effect, and why");
  AddMomentOptions(*command, arguments->moment);
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
