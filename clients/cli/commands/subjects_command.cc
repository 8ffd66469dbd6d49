#include <memory>
#include <ostream>

#include "clients/cli/commands/commands.h"
#include "proto/text/shown_text.h"
#include "services/presentation/event_ref_json.h"

namespace liggare::cli {
namespace {

// Subjects are asked for in pages of this many.
constexpr uint32_t kPageSubjects = 1000;

struct Arguments {
  std::string prefix;
};

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  auto connection = shell.Connect();
  if (!connection.ok()) return connection.status();
  v1::ListSubjectsRequest request;
  request.set_node((*connection)->node());
  request.set_prefix(arguments.prefix);
  request.set_subjects_max(kPageSubjects);
  presentation::Json all = presentation::Json::array();
  while (true) {
    auto page =
        (*connection)
            ->Call((*connection)->queries(), &v1::QueryService::Stub::ListSubjects, request);
    if (!page.ok()) return page.status();
    for (const std::string& subject : page->subjects()) {
      if (shell.options().json) {
        all.push_back(subject);
      } else {
        shell.out() << text::ShownText(subject) << "\n";
      }
    }
    if (page->subjects().empty()) break;
    request.set_after(page->subjects(page->subjects_size() - 1));
  }
  if (shell.options().json) shell.out() << all.dump(2) << "\n";
  return kDone;
}

}  // namespace

void AddSubjects(CLI::App& app, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("subjects", "Which subjects the node holds");
  command->add_option("prefix", arguments->prefix, "Such as rapport/2024/se/17/");
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
