#include <memory>
#include <ostream>

#include "clients/cli/commands/commands.h"
#include "clients/cli/shell/moment_option.h"
#include "services/presentation/event_ref_json.h"
#include "services/presentation/field_texts.h"
#include "services/presentation/swedish_text.h"
#include "services/presentation/text_table.h"
#include "services/presentation/value_text.h"

namespace liggare::cli {
namespace {

constexpr char kFormat[] = "liggare.history/1";

struct Arguments {
  std::string subject;
  std::string field;
  MomentArguments moment;
};

presentation::Json HistoryJson(const Arguments& arguments, const v1::GetHistoryResponse& history) {
  presentation::EventRefs events;
  presentation::Json changes = presentation::Json::array();
  for (const v1::Change& change : history.changes()) {
    presentation::Json one = {{"path", change.path()},
                              {"old", presentation::ValueJson(change.old())},
                              {"new", presentation::ValueJson(change.new_())},
                              {"event", events.Add(change.event())}};
    if (!change.reason().empty()) one["reason"] = change.reason();
    changes.push_back(std::move(one));
  }
  presentation::Json texts = presentation::Json::object();
  for (const v1::DisclosedText& text : history.texts()) texts[text.commitment()] = text.text();
  return {{"format", kFormat},
          {"subject", arguments.subject},
          {"changes", std::move(changes)},
          {"texts", std::move(texts)},
          {"events", events.json()}};
}

std::string WhyText(const v1::Change& change) {
  const std::string& code = change.event().reason_code();
  if (change.reason().empty()) return code;
  return code.empty() ? "”" + change.reason() + "”" : code + ": ”" + change.reason() + "”";
}

std::string HistoryText(const v1::GetHistoryResponse& history) {
  if (history.changes().empty()) return "Inga ändringar.\n";
  presentation::TextTable table({presentation::Align::kLeft, presentation::Align::kLeft,
                                 presentation::Align::kRight, presentation::Align::kRight,
                                 presentation::Align::kLeft, presentation::Align::kLeft,
                                 presentation::Align::kLeft});
  presentation::FieldTexts texts;
  for (const v1::DisclosedText& text : history.texts()) texts.Disclose(text);
  for (const v1::Change& change : history.changes()) {
    texts.Add(change.path(), change.new_(), change.event());
  }
  table.AddRow({"När", "Fält", "Från", "Till", "Vem", "Händelse", "Varför"});
  table.AddRule();
  for (const v1::Change& change : history.changes()) {
    table.AddRow({presentation::TimeText(change.event().recorded_at_ms()), change.path(),
                  texts.Text(change.old()), texts.Text(change.new_()),
                  presentation::WhoText(change.event()), presentation::EventText(change.event()),
                  WhyText(change)});
  }
  return table.Text();
}

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  auto connection = shell.Connect();
  if (!connection.ok()) return connection.status();
  v1::GetHistoryRequest request;
  request.set_node((*connection)->node());
  request.set_subject(arguments.subject);
  request.set_path_prefix(arguments.field);
  SetMoment(arguments.moment, request);
  auto history =
      (*connection)
          ->CallPaged((*connection)->queries(), &v1::QueryService::Stub::GetHistory, request);
  if (!history.ok()) return history.status();
  shell.out() << (shell.options().json ? HistoryJson(arguments, *history).dump(2) + "\n"
                                       : HistoryText(*history));
  return kDone;
}

}  // namespace

void AddHistory(CLI::App& app, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "history", "Who changed which field of a subject, from what, to what, when, why");
  command->add_option("subject", arguments->subject, "Such as rapport/2024/se/17/varmland")
      ->required();
  command->add_option("--field", arguments->field, "Only fields whose path begins so");
  AddMomentOptions(*command, arguments->moment);
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
