#include <map>
#include <memory>
#include <ostream>
#include <string>

#include "clients/cli/commands/commands.h"
#include "clients/cli/shell/file_text.h"
#include "clients/cli/shell/moment_option.h"
#include "proto/error/error.h"
#include "proto/text/hex.h"
#include "proto/text/shown_text.h"
#include "services/presentation/event_ref_json.h"
#include "services/presentation/swedish_text.h"

namespace liggare::cli {
namespace {

constexpr char kFormat[] = "liggare.digest/1";

struct Arguments {
  std::string prefix;
  std::string against;
  MomentArguments moment;
};

presentation::Json DigestJson(const Arguments& arguments,
                              const v1::GetStateDigestResponse& response) {
  presentation::Json json = {{"format", kFormat},
                             {"prefix", arguments.prefix},
                             {"digest", text::Hex(response.digest())},
                             {"fold_version", response.fold_version()},
                             {"subject_count", response.subject_count()},
                             {"frontier", presentation::Json::object()},
                             {"subjects", presentation::Json::object()}};
  for (const v1::LogPosition& log : response.frontier()) {
    json["frontier"][log.log()] = log.next_index();
  }
  for (const v1::SubjectDigest& one : response.subjects()) {
    json["subjects"][one.subject()] = text::Hex(one.digest());
  }
  return json;
}

std::string DigestText(const v1::GetStateDigestResponse& response) {
  return text::Hex(response.digest()) + "  " + std::to_string(response.subject_count()) +
         " ärenden, regelversion " + std::to_string(response.fold_version()) + "\n";
}

absl::StatusOr<presentation::Json> ReadDigest(const std::string& file) {
  auto text = ReadTextFile(file);
  if (!text.ok()) return text.status();
  presentation::Json json = presentation::Json::parse(*text, nullptr, /*allow_exceptions=*/false);
  const bool is_digest = json.is_object() &&
                         json.value("format", presentation::Json()) == kFormat &&
                         json.contains("fold_version") && json.contains("digest") &&
                         json.contains("prefix") && json["subjects"].is_object();
  if (is_digest) return json;
  return MakeError(v1::ERROR_CODE_MALFORMED,
                   {file + " is no digest", "against",
                    "what liggare digest --json printed, format " + std::string(kFormat)});
}

// The subjects of which the two say different things.
std::vector<std::string> Differing(const presentation::Json& a, const presentation::Json& b) {
  std::vector<std::string> subjects;
  for (const auto& [subject, digest] : a["subjects"].items()) {
    if (b["subjects"].value(subject, presentation::Json()) != digest) subjects.push_back(subject);
  }
  for (const auto& [subject, digest] : b["subjects"].items()) {
    if (!a["subjects"].contains(subject)) subjects.push_back(subject);
  }
  return subjects;
}

absl::StatusOr<ExitCode> Compare(Shell& shell, const Arguments& arguments,
                                 const presentation::Json& ours) {
  const auto theirs = ReadDigest(arguments.against);
  if (!theirs.ok()) return theirs.status();
  for (const char* same : {"fold_version", "prefix"}) {
    if ((*theirs)[same] == ours[same]) continue;
    return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                     {"the digests can't be compared: " + std::string(same) + " is " +
                          ours[same].dump() + " here and " + (*theirs)[same].dump() + " there",
                      same, "two digests of one fold version and prefix"});
  }
  const std::vector<std::string> differing = Differing(ours, *theirs);
  if (differing.empty()) {
    shell.out() << "Lika: " << ours["digest"].get<std::string>() << "\n";
    return kDone;
  }
  for (const std::string& subject : differing) {
    shell.out() << "skiljer sig  " << text::ShownText(subject) << "\n";
  }
  if (ours["frontier"] != (*theirs)["frontier"]) {
    shell.out() << "De två visste inte lika mycket: jämför med --known-by NOD --at INDEX.\n";
  }
  return kVerificationFailed;
}

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  auto connection = shell.Connect();
  if (!connection.ok()) return connection.status();
  v1::GetStateDigestRequest request;
  request.set_node((*connection)->node());
  request.set_prefix(arguments.prefix);
  request.set_with_subjects(shell.options().json || !arguments.against.empty());
  SetMoment(arguments.moment, request);
  auto response =
      (*connection)
          ->CallPaged((*connection)->queries(), &v1::QueryService::Stub::GetStateDigest, request);
  if (!response.ok()) return response.status();
  if (!arguments.against.empty()) {
    return Compare(shell, arguments, DigestJson(arguments, *response));
  }
  shell.out() << (shell.options().json ? DigestJson(arguments, *response).dump(2) + "\n"
                                       : DigestText(*response));
  return kDone;
}

}  // namespace

void AddDigest(CLI::App& app, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "digest",
      "One hash over the states of many subjects: the same on every tier that knows the same");
  command->add_option("prefix", arguments->prefix, "Such as rapport/2024/se/17 (default: all)");
  command->add_option("--against", arguments->against,
                      "Compare with another node's --json in this file; exit 3 if they differ");
  AddMomentOptions(*command, arguments->moment);
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
