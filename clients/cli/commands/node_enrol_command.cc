#include <memory>
#include <optional>
#include <ostream>
#include <sstream>
#include <vector>

#include "clients/cli/commands/commands.h"
#include "clients/cli/shell/file_text.h"
#include "clients/cli/shell/random_id.h"
#include "clients/cli/verify/enrolled_key.h"
#include "clients/cpp/certificate.h"
#include "eventstore/note/key.h"
#include "proto/error/error.h"
#include "proto/form/uuid.h"
#include "proto/name/node_path.h"
#include "services/presentation/event_ref_json.h"

namespace liggare::cli {
namespace {

// The field of a node's state that holds its key (NodeEnrolled.verifier_key).
constexpr char kKeyField[] = "verifier_key";

struct Arguments {
  std::vector<std::string> vkey_files;
  std::string from;
  std::string custody = "own";
  std::string hosted_by;
  std::string host;
  bool any_host = false;
  std::string display_name;
};

// A child to enrol.
struct Child {
  std::string path;
  v1::NodeEnrolled enrolled;
};

enum class Outcome { kEnrolled, kMoved, kOpened, kAlreadyEnrolled };

absl::Status Wrong(std::string field, std::string message, std::string expected) {
  return MakeError(v1::ERROR_CODE_INVALID_FIELD,
                   {std::move(message), std::move(field), std::move(expected)});
}

// Whoever dials the node checks this name, so nobody enrols without one by oversight.
absl::Status SetHost(const Arguments& arguments, v1::NodeEnrolled& enrolled) {
  constexpr char kExpected[] = "the <name> of host/<name> in its certificate, or --any-host";
  if (arguments.host.empty() && !arguments.any_host) {
    return Wrong("host-name", "it is not said which process speaks for the node", kExpected);
  }
  if (!arguments.host.empty() &&
      !name::ParseIdentity("spiffe://liggare/host/" + arguments.host).ok()) {
    return Wrong("host-name", "'" + arguments.host + "' is not the name of a host", kExpected);
  }
  enrolled.set_host(arguments.host);
  return absl::OkStatus();
}

absl::Status SetCustody(const std::string& custody, v1::NodeEnrolled& enrolled) {
  if (custody == "own") {
    enrolled.set_custody(v1::CUSTODY_OWN);
  } else if (custody == "hosted") {
    enrolled.set_custody(v1::CUSTODY_HOSTED);
  } else {
    return Wrong("custody", "'" + custody + "' is not a custody", "own or hosted");
  }
  if ((custody == "hosted") == enrolled.hosted_by().empty()) {
    return Wrong("hosted_by", "custody is " + custody, "a path with hosted, nothing with own");
  }
  return absl::OkStatus();
}

// The child's path is what its key's name says: <trust domain>/<path>.
absl::StatusOr<Child> MakeChild(const std::string& vkey, const Arguments& arguments) {
  auto key = note::VerifierKey::Parse(Stripped(vkey));
  if (!key.ok()) return Wrong(kKeyField, std::string(key.status().message()), "a vkey");
  const size_t slash = key->name().find('/');
  Child child;
  child.path = slash == std::string::npos ? "" : key->name().substr(slash + 1);
  if (auto status = name::CheckPathInTree(child.path); !status.ok()) return status;
  child.enrolled.set_verifier_key(key->Text());
  child.enrolled.set_display_name(arguments.display_name);
  child.enrolled.set_hosted_by(arguments.hosted_by);
  if (auto status = SetHost(arguments, child.enrolled); !status.ok()) return status;
  if (auto status = SetCustody(arguments.custody, child.enrolled); !status.ok()) return status;
  return child;
}

// One line of --from; what it does not say is as the options say.
absl::StatusOr<Child> ChildOfLine(const std::string& line, Arguments arguments) {
  const nlohmann::json json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Wrong("", "not a JSON object", R"({"path": …, "vkey": …})");
  std::string vkey;
  std::string path;
  for (const auto& [name, value] : json.items()) {
    std::string* target = name == "path"                             ? &path
                          : name == "vkey" || name == "verifier_key" ? &vkey
                          : name == "display_name"                   ? &arguments.display_name
                          : name == "custody"                        ? &arguments.custody
                          : name == "hosted_by"                      ? &arguments.hosted_by
                          : name == "host"                           ? &arguments.host
                                                                     : nullptr;
    if (target == nullptr || !value.is_string()) {
      return Wrong(name, "not a member of a line",
                   "path, vkey, display_name, custody, hosted_by or host, as text");
    }
    *target = value.get<std::string>();
  }
  auto child = MakeChild(vkey, arguments);
  if (child.ok() && !path.empty() && path != child->path) {
    return Wrong("path", "the key is that of " + child->path, child->path);
  }
  return child;
}

// Adds "<place>: " to an error's message.
absl::Status Placed(const std::string& place, const absl::Status& status) {
  v1::Error error = ErrorOf(status);
  error.set_message(place + ": " + error.message());
  return MakeError(std::move(error));
}

absl::StatusOr<std::vector<Child>> ReadChildren(const Arguments& arguments) {
  std::vector<Child> children;
  for (const std::string& file : arguments.vkey_files) {
    auto vkey = ReadTextFile(file);
    if (!vkey.ok()) return vkey.status();
    auto child = MakeChild(*vkey, arguments);
    if (!child.ok()) return Placed(file, child.status());
    children.push_back(*std::move(child));
  }
  if (arguments.from.empty()) return children;
  auto lines = ReadTextFile(arguments.from);
  if (!lines.ok()) return lines.status();
  std::istringstream in(*lines);
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (Stripped(line).empty()) continue;
    auto child = ChildOfLine(line, arguments);
    if (!child.ok()) {
      return Placed(arguments.from + " line " + std::to_string(number), child.status());
    }
    children.push_back(*std::move(child));
  }
  return children;
}

v1::Submission SubmissionOf(const Child& child) {
  v1::EventData data;
  data.set_event_id(*form::UuidBytes(NewId()));
  data.set_subject("node/" + child.path);
  data.mutable_actor()->set_id("liggare");
  data.mutable_actor()->set_role("system");
  *data.mutable_node_enrolled() = child.enrolled;
  v1::Submission submission;
  submission.set_data(data.SerializeAsString());
  return submission;
}

absl::StatusOr<Outcome> Enrol(client::Connection& connection, const Child& child) {
  if (std::string(name::ParentOf(child.path)) != connection.node()) {
    return Wrong("path", "the call is for the node " + connection.node(),
                 "a node directly below it");
  }
  auto enrolled = FindEnrolledKey(connection, child.path);
  if (!enrolled.ok()) return enrolled.status();
  // A revoked key makes room for another; a closed node is opened by the same again.
  const bool is_known = enrolled->has_value() && (*enrolled)->vkey == child.enrolled.verifier_key();
  if (is_known && !(*enrolled)->closed && (*enrolled)->host == child.enrolled.host()) {
    return Outcome::kAlreadyEnrolled;
  }
  if (enrolled->has_value() && !(*enrolled)->revoked && !is_known) {
    return MakeError(v1::ERROR_CODE_ALREADY_EXISTS,
                     {"another key is enrolled", kKeyField, (*enrolled)->vkey});
  }
  v1::RecordRequest request;
  request.set_node(connection.node());
  *request.add_submissions() = SubmissionOf(child);
  auto response = connection.Call(connection.events(), &v1::EventService::Stub::Record, request);
  if (!response.ok()) return response.status();
  if (response->results_size() != 1) {
    return MakeError(v1::ERROR_CODE_INTERNAL, {"the server gave no answer"});
  }
  if (response->results(0).has_error()) return MakeError(response->results(0).error());
  if (is_known && (*enrolled)->closed) return Outcome::kOpened;
  return is_known ? Outcome::kMoved : Outcome::kEnrolled;
}

const char* OutcomeText(Outcome outcome) {
  switch (outcome) {
    case Outcome::kEnrolled:
      return " ansluten\n";
    case Outcome::kMoved:
      return " ansluten med ny värdprocess\n";
    case Outcome::kOpened:
      return " öppnad igen\n";
    case Outcome::kAlreadyEnrolled:
      return " redan ansluten\n";
  }
  return "";
}

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments& arguments) {
  auto children = ReadChildren(arguments);
  if (!children.ok()) return children.status();
  if (children->empty()) {
    return MakeError(v1::ERROR_CODE_CONFIGURATION,
                     {"no node is given", "vkey", "--vkey or --from"});
  }
  auto connection = shell.Connect();
  if (!connection.ok()) return connection.status();
  ExitCode code = kDone;
  for (const Child& child : *children) {
    const auto outcome = Enrol(**connection, child);
    if (!outcome.ok()) {
      shell.PrintError(Placed(child.path, outcome.status()));
      code = kFailed;
    } else if (shell.options().json) {
      shell.out() << presentation::Json({{"path", child.path},
                                         {"enrolled", *outcome != Outcome::kAlreadyEnrolled}})
                         .dump()
                  << "\n";
    } else {
      shell.out() << child.path << OutcomeText(*outcome);
    }
  }
  return code;
}

}  // namespace

void AddNodeEnrol(CLI::App& node, Shell& shell) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = node.add_subcommand(
      "enrol", "Enrols children's keys at their parent's node; may be done again");
  command->add_option("--vkey", arguments->vkey_files, "Files with the children's vkeys");
  command->add_option("--from", arguments->from,
                      "JSON lines of {path, vkey, display_name, custody, hosted_by, host}");
  command->add_option("--custody", arguments->custody, "Who holds the key: own or hosted")
      ->capture_default_str();
  command->add_option("--hosted-by", arguments->hosted_by, "With hosted: whose organisation");
  command->add_option(
      "--host-name", arguments->host,
      "The listening process that speaks for the node, host/<name> in its certificate");
  command->add_flag("--any-host", arguments->any_host,
                    "Any process of the trust domain may speak for the node");
  command->add_option("--display-name", arguments->display_name, "The name people use");
  OnChosen(*command, shell, arguments, Run);
}

}  // namespace liggare::cli
