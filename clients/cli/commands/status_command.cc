#include <memory>
#include <ostream>
#include <utility>

#include "clients/cli/commands/commands.h"
#include "proto/name/log_name.h"
#include "proto/name/node_path.h"
#include "proto/text/hex.h"
#include "services/presentation/event_ref_json.h"
#include "services/presentation/shown_message.h"
#include "services/presentation/swedish_text.h"
#include "services/presentation/text_table.h"

namespace liggare::cli {
namespace {

constexpr char kFormat[] = "liggare.status/1";
constexpr size_t kIndent = 2;
constexpr size_t kShortRootDigits = 16;

struct Arguments {};

// Null where it is not known.
presentation::Json TimeJson(int64_t ms) {
  return ms > 0 ? presentation::Json(presentation::IsoTime(ms)) : presentation::Json(nullptr);
}

presentation::Json ParentJson(const v1::ParentStatus& parent) {
  return {{"path", parent.path()},
          {"address", parent.address()},
          {"connected", parent.connected()},
          {"lag_entries", parent.lag_entries()},
          {"last_error", parent.last_error()}};
}

presentation::Json WitnessesJson(const v1::HeldLog& log) {
  presentation::Json witnesses = presentation::Json::array();
  for (const v1::LogWitness& witness : log.witnesses()) {
    witnesses.push_back({{"name", witness.name()},
                         {"size", witness.size()},
                         {"cosigned_at_s", witness.cosigned_at_s()}});
  }
  return witnesses;
}

presentation::Json NodeJson(const v1::NodeStatus& node) {
  presentation::Json json = {{"path", node.path()}};
  json["logs"] = presentation::Json::array();
  for (const v1::HeldLog& log : node.logs()) {
    json["logs"].push_back({{"name", log.state().log()},
                            {"size", log.state().size()},
                            {"root", text::Hex(log.state().root())},
                            {"acknowledged_by_parent", log.acknowledged_by_parent()},
                            {"witnesses", WitnessesJson(log)}});
  }
  json["children"] = presentation::Json::array();
  for (const v1::ChildStatus& child : node.children()) {
    presentation::Json problems = presentation::Json::array();
    for (const std::string& problem : child.problems()) problems.push_back(problem);
    json["children"].push_back({{"path", child.path()},
                                {"connected", child.connected()},
                                {"last_error", child.last_error()},
                                {"problems", std::move(problems)}});
  }
  json["parent"] = node.has_parent() ? ParentJson(node.parent()) : presentation::Json(nullptr);
  json["verifier_key"] = node.verifier_key();
  json["read_only_reason"] = node.read_only_reason();
  json["alarms"] = presentation::Json::array();
  for (const v1::Alarm& alarm : node.alarms()) {
    json["alarms"].push_back({{"log", alarm.log()},
                              {"message", alarm.message()},
                              {"evidence_file", alarm.evidence_file()},
                              {"advice", alarm.advice()},
                              {"since", TimeJson(alarm.since_ms())},
                              {"until", TimeJson(alarm.until_ms())}});
  }
  return json;
}

presentation::Json CertificateJson(const v1::CertificateStatus& certificate) {
  presentation::Json json = {{"node", certificate.node()},
                             {"name", certificate.name()},
                             {"file", certificate.file()},
                             {"problem", certificate.problem()}};
  json["days_left"] = nullptr;
  if (certificate.not_after_s() != 0) json["days_left"] = certificate.days_left();
  return json;
}

// What the server calls the files that are no certificate of somebody's.
std::string FileKind(const std::string& name) {
  if (name == "ca") return "Utfärdare";
  if (name == "deny") return "Spärrlista";
  if (name == "crl") return "Utfärdarens spärrlista";
  return name;
}

std::string CertificatesText(const v1::GetStatusResponse& status) {
  if (status.certificates().empty()) return "";
  std::string text = "Certifikat\n";
  const std::string indent(kIndent, ' ');
  presentation::TextTable table(
      {presentation::Align::kLeft, presentation::Align::kRight, presentation::Align::kLeft});
  table.AddRow({"Namn", "Dagar kvar", "Fil"});
  for (const v1::CertificateStatus& certificate : status.certificates()) {
    const std::string days =
        certificate.not_after_s() != 0 ? std::to_string(certificate.days_left()) : "";
    table.AddRow({FileKind(certificate.name()), days, certificate.file()});
    if (certificate.problem().empty()) continue;
    text += indent + "LARM: " + FileKind(certificate.name()) + ": " + certificate.problem() + "\n";
  }
  return text + table.Text(kIndent);
}

std::string ParentText(const v1::ParentStatus& parent) {
  std::string text = parent.path() + " (" + parent.address() + "): ";
  text += parent.connected() ? "ansluten" : "ej ansluten";
  text += ", efter med " + std::to_string(parent.lag_entries()) + " poster";
  if (!parent.connected() && !parent.last_error().empty()) text += "; " + parent.last_error();
  return text;
}

std::string ChildText(const v1::ChildStatus& child) {
  const std::string indent(kIndent, ' ');
  std::string text = indent + "Närmast under: " + child.path() + ": ";
  text += child.connected() ? "ansluten" : "ej ansluten";
  if (!child.connected() && !child.last_error().empty()) text += "; " + child.last_error();
  text += "\n";
  for (const std::string& problem : child.problems()) text += indent + indent + problem + "\n";
  return text;
}

// Its own log and those from below; the others came from the parent.
bool FlowsUp(const v1::HeldLog& log, const v1::NodeStatus& node) {
  const auto path = name::NodeOfLog(log.state().log());
  return node.has_parent() && path.ok() && name::IsAtOrBelow(*path, node.path());
}

std::string AlarmText(const v1::Alarm& alarm) {
  const std::string indent(kIndent, ' ');
  std::string text = indent + "LARM: ";
  if (!alarm.log().empty()) text += alarm.log() + ": ";
  text += alarm.message();
  if (!alarm.evidence_file().empty()) text += " (bevis: " + alarm.evidence_file() + ")";
  std::string times;
  if (alarm.since_ms() > 0) times = "sedan " + presentation::TimeText(alarm.since_ms());
  if (alarm.until_ms() > 0) {
    times +=
        std::string(times.empty() ? "" : ", ") + "till " + presentation::TimeText(alarm.until_ms());
  }
  for (const std::string& more : {times, alarm.advice()}) {
    if (!more.empty()) text += "\n" + indent + "      " + more;
  }
  return text + "\n";
}

// Who else has signed that a log is the same there as here.
std::string WitnessesText(const v1::NodeStatus& node) {
  const std::string indent(kIndent, ' ');
  std::string text;
  for (const v1::HeldLog& log : node.logs()) {
    if (log.witnesses().empty()) continue;
    text += indent + log.state().log() + " medsigneras av:\n";
    presentation::TextTable table(
        {presentation::Align::kLeft, presentation::Align::kRight, presentation::Align::kLeft});
    for (const v1::LogWitness& witness : log.witnesses()) {
      table.AddRow({witness.name(), std::to_string(witness.size()) + " poster",
                    presentation::TimeText(witness.cosigned_at_s() * 1000)});
    }
    text += table.Text(2 * kIndent);
  }
  return text;
}

std::string NodeText(const v1::NodeStatus& node) {
  std::string text = "Nod " + node.path() + "\n";
  const std::string indent(kIndent, ' ');
  if (!node.verifier_key().empty()) text += indent + "Nyckel: " + node.verifier_key() + "\n";
  if (node.has_parent()) text += indent + "Närmast över: " + ParentText(node.parent()) + "\n";
  if (!node.read_only_reason().empty()) {
    text += indent + "STÄNGD FÖR SKRIVNING: " + node.read_only_reason() + "\n";
  }
  for (const v1::ChildStatus& child : node.children()) text += ChildText(child);
  for (const v1::Alarm& alarm : node.alarms()) text += AlarmText(alarm);
  presentation::TextTable table({presentation::Align::kLeft, presentation::Align::kRight,
                                 presentation::Align::kRight, presentation::Align::kLeft});
  table.AddRow({"Logg", "Poster", "Kvitterat uppåt", "Rot"});
  for (const v1::HeldLog& log : node.logs()) {
    const std::string acknowledged =
        FlowsUp(log, node) ? std::to_string(log.acknowledged_by_parent()) : "";
    table.AddRow({log.state().log(), std::to_string(log.state().size()), acknowledged,
                  text::Hex(log.state().root()).substr(0, kShortRootDigits)});
  }
  return text + table.Text(kIndent) + WitnessesText(node);
}

// A node that did not fit into a page goes on in the next.
void JoinNodes(v1::GetStatusResponse& status) {
  v1::GetStatusResponse joined;
  for (v1::NodeStatus& node : *status.mutable_nodes()) {
    const int last = joined.nodes_size() - 1;
    if (last >= 0 && joined.nodes(last).path() == node.path()) {
      joined.mutable_nodes(last)->MergeFrom(node);
    } else {
      *joined.add_nodes() = std::move(node);
    }
  }
  status.mutable_nodes()->Swap(joined.mutable_nodes());
}

absl::StatusOr<ExitCode> Run(Shell& shell, const Arguments&) {
  auto connection = shell.Connect();
  if (!connection.ok()) return connection.status();
  v1::GetStatusRequest request;
  request.set_node(shell.options().node);
  auto status =
      (*connection)->CallPaged((*connection)->admin(), &v1::AdminService::Stub::GetStatus, request);
  if (!status.ok()) return status.status();
  JoinNodes(*status);
  if (shell.options().json) {
    presentation::Json json = {{"format", kFormat},
                               {"version", status->version()},
                               {"nodes", presentation::Json::array()}};
    for (const v1::NodeStatus& node : status->nodes()) json["nodes"].push_back(NodeJson(node));
    json["certificates"] = presentation::Json::array();
    for (const v1::CertificateStatus& certificate : status->certificates()) {
      json["certificates"].push_back(CertificateJson(certificate));
    }
    shell.out() << json.dump(2) << "\n";
    return kDone;
  }
  presentation::ShowTexts(*status);
  for (const v1::NodeStatus& node : status->nodes()) shell.out() << NodeText(node);
  shell.out() << CertificatesText(*status);
  return kDone;
}

}  // namespace

void AddStatus(CLI::App& app, Shell& shell) {
  CLI::App* command = app.add_subcommand(
      "status", "The server's nodes: logs, sizes, lag, alarms (one with --node)");
  OnChosen(*command, shell, std::make_shared<Arguments>(), Run);
}

}  // namespace liggare::cli
